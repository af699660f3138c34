"""Patient IDs that differ by spelling or by a visit alone: one person who would count as two.

What a spreadsheet, an export or a hand does to an ID is a replacement here, so that whatever brings two IDs
together is what the recipe's ``normalise`` needs.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from harness.data.recipe import Replacement

_SIGNS = r"[\W_]+"
_DECIMALS = Replacement(pattern=r"\.0+$")  # 12.0, a number to Excel
_BEFORE = Replacement(pattern=f"^{_SIGNS}")  # '007, which keeps Excel from reading a number
_AFTER = Replacement(pattern=f"{_SIGNS}$")
_CASE = Replacement(pattern=".+", case="upper")
_ZEROS = Replacement(pattern=r"(?<!\d)0+(?=\d)")  # 007 is 7 to Excel
_ONE_SIGN = Replacement(pattern=_SIGNS, replace="-")  # 900_00_1961, 900-00-1961
_NO_SIGN = Replacement(pattern=_SIGNS)  # HF-0652, HF0652; 1,234 and 1234
_SPELLINGS = (_DECIMALS, _BEFORE, _AFTER, _CASE, _ZEROS)  # the mildest first

# The last part of an ID that may count visits, where what goes before holds a number: _11, -ses-02, v1, a.
VISITS = (
    Replacement(pattern=r"(?<=\d)[-_. ]+[A-Za-z]+[-_ ]?\d{0,3}$"),
    Replacement(pattern=r"(?<=\d)[-_. ]+\d{1,3}$"),
    Replacement(pattern=r"(?<=\d)[A-Za-z]\d{0,2}$"),
)

_FEW_VISITS = 4
_COMPARED = 300  # IDs of either side, to find what all those of one side begin or end with


@dataclass(frozen=True)
class NearlyEqual:
    """IDs that a few replacements make one.

    Attributes:
        groups: IDs that become one, two or more each.
        replacements: the fewest that do it, in their order.
    """

    groups: tuple[tuple[str, ...], ...] = ()
    replacements: tuple[Replacement, ...] = ()

    @property
    def count(self) -> int:
        """How many IDs have another like them."""
        return sum(map(len, self.groups))


def normalise_id(text: str, replacements: Iterable[Replacement]) -> str:
    """Return a patient ID without surrounding blanks and with the recipe's replacements done, in order."""
    text = text.strip()
    for replacement in replacements:
        text = replacement.apply(text)
    return text


def spelt_alike(ids: Collection[str]) -> NearlyEqual:
    """Return the IDs that differ by case, blanks, dashes, leading zeros and the like."""
    found = [_joined(ids, replacements) for replacements in _spelling_rules()]
    safe = [joined for joined in found if not any(map(_parted_differently, joined.groups))]
    return max(safe, key=lambda joined: joined.count, default=NearlyEqual())


def visits_of_one(ids: Collection[str]) -> NearlyEqual:
    """Return the IDs that differ by a short last part, as visits of one person do.

    A centre and the number of its patient look the same: there, few first parts have many last parts each.
    """
    found = [_joined(ids, (replacement,)) for replacement in VISITS]
    plausible = [joined for joined in found if joined.groups and _counts_visits(joined, ids)]
    return max(plausible, key=lambda joined: joined.count, default=NearlyEqual())


def bridge(own: Collection[str], others: Collection[str]) -> tuple[Replacement, ...]:
    """Return replacements by which at least half of the IDs of the smaller side meet one of the other's.

    Args:
        own: IDs of one side.
        others: those of another that has none in common with it.
    """
    spelt = [_joined({*own, *others}, replacements).replacements for replacements in _spelling_rules()]
    tried = [*spelt, *((replacement,) for replacement in VISITS), *_ends(own, others)]
    enough = max(1, min(len(own), len(others)) // 2)
    best = max(tried, key=lambda replacements: _meetings(own, others, replacements))
    return best if _meetings(own, others, best) >= enough else ()


def as_yaml(replacements: Sequence[Replacement]) -> str:
    """Return replacements as a line of a recipe, to be copied."""
    return ", ".join(map(_flow, replacements))


def _spelling_rules() -> Iterator[tuple[Replacement, ...]]:
    """Yield what may bring spellings together, the mildest first; 01-02 and 0102 meet where zeros stay."""
    yield (*_SPELLINGS, _ONE_SIGN)
    yield (*_SPELLINGS, _NO_SIGN)
    yield (*_SPELLINGS[:-1], _NO_SIGN)


def _joined(ids: Collection[str], replacements: Sequence[Replacement]) -> NearlyEqual:
    groups = _groups(ids, replacements)
    fewest = list(replacements) if groups else []
    for replacement in reversed(fewest):
        fewer = [rule for rule in fewest if rule is not replacement]
        if _groups(ids, fewer) == groups:
            fewest = fewer
    return NearlyEqual(groups, tuple(fewest))


def _groups(ids: Collection[str], replacements: Sequence[Replacement]) -> tuple[tuple[str, ...], ...]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(set(ids)):
        found[normalise_id(name, replacements)].append(name)
    return tuple(sorted(tuple(names) for key, names in found.items() if key and len(names) > 1))


def _parted_differently(names: Collection[str]) -> bool:
    """Whether IDs have their signs in different spots: 1-11 and 11-1 are two patients, 1-11 and 111 one."""
    parts = {re.sub(r"^\W+|\W+$", "", normalise_id(name, (*_SPELLINGS, _ONE_SIGN))) for name in names}
    return len({part for part in parts if "-" in part}) > 1


def _counts_visits(found: NearlyEqual, ids: Collection[str]) -> bool:
    firsts = {name: normalise_id(name, found.replacements) for name in ids}
    lasts = {name.removeprefix(first) for name, first in firsts.items()}
    with_first = sum(firsts[group[0]] in group for group in found.groups)
    largest = max(map(len, found.groups))
    few = len(lasts) <= len(set(firsts.values())) and largest <= max(_FEW_VISITS, len(found.groups))
    return few or with_first * 2 >= len(found.groups)


def _ends(own: Collection[str], others: Collection[str]) -> Iterator[tuple[Replacement, ...]]:
    """Yield what IDs of one side have before or after those of the other, the most frequent of each."""
    before, after = Counter[str](), Counter[str]()
    for one, other in product(sorted(own)[:_COMPARED], sorted(others)[:_COMPARED]):
        short, long = sorted((one, other), key=len)
        if short and len(short) < len(long):
            if long.endswith(short):
                before[long.removesuffix(short)] += 1
            if long.startswith(short):
                after[long.removeprefix(short)] += 1
    for text, _ in before.most_common(1):
        yield (Replacement(pattern=f"^{re.escape(text)}"),)
    for text, _ in after.most_common(1):
        yield (Replacement(pattern=f"{re.escape(text)}$"),)


def _meetings(own: Collection[str], others: Collection[str], replacements: Sequence[Replacement]) -> int:
    ends = {normalise_id(name, replacements) for name in others} - {""}
    return len(ends & {normalise_id(name, replacements) for name in own})


def _flow(replacement: Replacement) -> str:
    """Return ``{pattern: '…', replace: '…'}``; in single quotation marks YAML reads a text as it stands."""
    stated = replacement.model_dump(exclude_defaults=True)
    return "{" + ", ".join(f"{key}: {_quoted(value)}" for key, value in stated.items()) + "}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
