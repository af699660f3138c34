"""Grades of tumours, however a hospital spells them."""

import re
import unicodedata

_GRADES = ("I", "II", "III", "IV")
_WHO = r"(?:who|cns5?)(?:[\s(_-]*(?:19|20)\d\d(?!\d))?"  # WHO, WHO CNS5, WHO 2021
_WORD = r"grad(?:e|o|ing)?|grau|gr?"
_BEFORE = rf"(?:{_WHO}|{_WORD}|[\s:=.,°_()\[\]-])*"
_AFTER = rf"(?:{_WHO}|[\s.°_()\[\]級级])*"
_GRADE = re.compile(rf"{_BEFORE}(iv|iii|ii|i|[1-4](?:[.,]0)?){_AFTER}")
_LIKE_A_GRADE = rf"{_BEFORE}(?:i{{1,4}}|iv|v|\d(?:[.,]\d)?)[a-c]?{_AFTER}"
_LIKE_GRADES = re.compile(rf"{_LIKE_A_GRADE}(?:[/–?-]+(?:{_LIKE_A_GRADE})?)?")
_LONGEST = 30  # letters of what is like grades
_PUNCTUATION = re.compile(r"[\s_\[\]()./?#'‐‑–—−-]+")  # N.A., [Not Available], '--; not +, which is a finding
_MISSING = {
    "", "na", "nan", "none", "null", "unknown",
    "notapplicable", "notavailable", "notevaluated", "notreported",
}  # fmt: skip

# Cells whose formula failed, as Excel and LibreOffice write them in several languages: #N/A, #REF!, #DIV/0!,
# #BEZUG!, #¿NOMBRE?, #NV, Err:502; and ###, which a narrow column shows.
_ERROR = re.compile(r"#[¡¿]?[\w/]{2,14}[!?]|#n/?[abdv]|#getting_data|err:\d{3}|#{2,}")


def read_grade(text: str) -> str:
    """Return I to IV from ``II``, ``2``, ``G2``, ``WHO 2021 grade 2`` and the like, else nothing."""
    match = _GRADE.fullmatch(_plain(text))
    if not match:
        return ""
    number = match.group(1)
    return _GRADES[int(number[0]) - 1] if number[0].isdigit() else number.upper()


def is_missing(text: str) -> bool:
    """Whether a cell says that nothing is known, or holds the error of a formula."""
    plain = _plain(text)
    return _PUNCTUATION.sub("", plain) in _MISSING or bool(_ERROR.fullmatch(plain.strip()))


def names_nobody(text: str) -> bool:
    """Whether a cell is surely no free text: a mark of absence, or like grades, as ``II/III`` or ``5``."""
    like_grades = len(text) <= _LONGEST and _LIKE_GRADES.fullmatch(_plain(text))
    return is_missing(text) or bool(like_grades)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()  # Ⅱ is one letter
