"""Which candidates belong in one panel of a figure: those that differ in the figure's axis alone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from harness.methods.base import Settings
from harness.methods.registry import method_of, synergic_weight_of
from harness.selection.candidates import Candidate
from harness.selection.names import SYNERGIC, label, reading_order, varying


@dataclass(frozen=True)
class Axis:
    """A setting that a figure varies.

    Attributes:
        key: its name among the settings.
        title: what stands under the axis.
    """

    key: str
    title: str

    def position(self, settings: Settings) -> float:
        """Return where a candidate stands; no filter stands at size 1, which changes nothing either."""
        if self.key == "lambda":
            return synergic_weight_of(settings)
        return self.printed(settings.flat().get("gaussian", "none"))

    def printed(self, value: str | float) -> float:
        """Return where a value of the paper's own table stands."""
        return 1.0 if value == "none" else float(value)

    def tick(self, position: float) -> str:
        """Return what stands below a position."""
        return "none" if self.key == "gaussian" and position == 1 else f"{position:g}"


LAMBDA = Axis("lambda", "λ")
GAUSSIAN = Axis("gaussian", "size of the Gaussian filter")


@dataclass(frozen=True)
class Panel:
    """Candidates that differ in the figure's axis alone.

    Attributes:
        title: what they share and other panels do not.
        candidates: in the order of the axis, each with a complete repeat.
        single: for λ, the single network with the same settings, if there is one.
        paper: whether the paper's values were measured with these settings.
    """

    title: str
    candidates: tuple[Candidate, ...]
    single: Candidate | None
    paper: bool


def panels_of(candidates: Sequence[Candidate], axis: Axis) -> list[Panel]:
    """Return the families of candidates in which the axis varies, in reading order."""
    done = sorted(
        (candidate for candidate in candidates if candidate.repeats),
        key=lambda candidate: reading_order(candidate.settings),
    )
    families: dict[tuple[object, ...], list[Candidate]] = defaultdict(list)
    for candidate in done:
        families[_without(candidate.settings, axis.key)].append(candidate)
    varied = [
        family
        for family in families.values()
        if len({axis.position(candidate.settings) for candidate in family}) > 1
    ]
    differing = varying(family[0].settings for family in varied)
    return [_panel(family, done, axis, differing) for family in varied]


def _panel(family: list[Candidate], done: list[Candidate], axis: Axis, differing: Sequence[str]) -> Panel:
    first = family[0].settings
    alone = _without(first, *SYNERGIC)
    singles = [
        candidate
        for candidate in done
        if method_of(candidate.settings).role == "reference"
        and _without(candidate.settings, *SYNERGIC) == alone
    ]
    return Panel(
        title=label(first, differing, without=axis.key),
        candidates=tuple(sorted(family, key=lambda candidate: axis.position(candidate.settings))),
        single=singles[0] if singles and axis == LAMBDA else None,
        paper=_like_the_paper(first, axis),
    )


def _without(settings: Settings, *keys: str) -> tuple[object, ...]:
    return tuple((key, value) for key, value in settings.flat().items() if key not in keys)


def _like_the_paper(settings: Settings, axis: Axis) -> bool:
    needs = settings.requirements
    if (method_of(settings).role, needs.backbone, needs.networks) != ("tuned", "alexnet", 2):
        return False
    return settings.flat()["gaussian"] == "none" if axis == LAMBDA else synergic_weight_of(settings) == 3
