"""Names of candidates in lines of a terminal, broken after commas alone."""

from textwrap import wrap

NO_BREAK = "\u00a0"


def wrapped(name: str, width: int) -> list[str]:
    """Return a candidate's name as lines up to a width, broken after commas alone."""
    lines = wrap(unbroken(name), width, break_long_words=False, break_on_hyphens=False)
    return [line.replace(NO_BREAK, " ") for line in lines]


def unbroken(name: str) -> str:
    """Return a candidate's name with spaces that do not break inside its parts."""
    return ", ".join(part.replace(" ", NO_BREAK) for part in name.split(", "))
