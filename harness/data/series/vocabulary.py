"""The words of descriptions in several languages and of several vendors: the table ``vocabulary.csv``.

Its columns are

- ``meaning``: what the word says;
- ``match``: where a text says it: as a ``word`` of its own, as the ``stem`` that a word begins with, or
  ``anywhere`` (as where no blanks part words); as a whole ``term`` of a closed vocabulary; in the ``name``
  that a vendor gives a sequence; between other ``letters``, digits being apart; or as a ``part`` of phrases
  that the code puts together;
- ``pattern``: a regular expression for texts as `normalise` leaves them;
- ``language``: codes of ISO 639-1; ``mul`` for words of many languages, none for names of sequences;
- ``vendor``: whose name it is;
- ``source``: a ``dictionary`` of the language; the ``drug label`` or the ``trade name`` of an agent; the
  names that a ``vendor`` gives in protocols and headers; a part of the DICOM standard; or the ``usage`` of
  those who type descriptions, mostly abbreviations.
"""

import csv
import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

REMEMBER = lru_cache(4096)  # all slices of a series share their descriptions

START, END = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_FORMS = {"word": f"{START}(?:{{}}){END}", "stem": f"{START}(?:{{}})", "anywhere": "{}"}


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern with its runs of letters cut short, so that no text takes long to search."""
    return re.compile(pattern.replace(r"\w*", r"\w{0,20}"))


@REMEMBER
def normalise(text: str) -> str:
    """Return text in lower case without accents, with separators as single spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[\s_\-.,;:()\[\]^|\\]+", " ", plain).strip()


def words(meaning: str, match: str) -> list[str]:
    """Return the patterns of a meaning, in the order of the table.

    Raises:
        KeyError: the table has none.
    """
    return _table()[meaning, match]


def either(meaning: str, match: str = "part") -> str:
    """Return a pattern of any word of a meaning.

    Raises:
        KeyError: the table has none.
    """
    return "|".join(words(meaning, match))


def anyhow(meaning: str) -> str:
    """Return a pattern of a meaning where its words stand by themselves: as words, as stems, or anywhere.

    Raises:
        KeyError: the table has none.
    """
    kinds = [kind for kind in _FORMS if (meaning, kind) in _table()]
    if not kinds:
        raise KeyError(meaning)
    return "|".join(_FORMS[kind].format(either(meaning, kind)) for kind in kinds)


@lru_cache(1)
def _table() -> dict[tuple[str, str], list[str]]:
    table: dict[tuple[str, str], list[str]] = {}
    content = files(__package__).joinpath("vocabulary.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(content.splitlines()):
        table.setdefault((row["meaning"], row["match"]), []).append(row["pattern"])
    return table
