"""Whether an agent had been given before a slice was acquired: by the header, and by its descriptions.

Where the two contradict each other, or a text speaks of both, nobody can tell.
"""

from harness.data.dicom.headers import Frame
from harness.data.series.description import weightings
from harness.data.series.vocabulary import END, REMEMBER, START, anyhow, compiled, either, normalise

_AGENT = f"(?:{either('agent')}|{either('agent brand')}){END}"
_WITH, _WITHOUT, _NONE = (f"(?:{either(meaning)})" for meaning in ("with", "without", "none"))
_AND = f"(?:[ /&+]|{either('and')})*"
_FILLERS = f"(?:(?:{either('between denial and agent')}) )*"
# "Post w/o FS" denies the fat saturation, no agent.
_NO_SATURATION = f"(?! ?(?:{either('saturation')}))"
_NOT_GIVEN = f"(?:(?:was |were |is )?(?:{either('not given')}))"

# Read before normalising takes the dash away: "KM-" and "-KM" deny the agent, "SAG - KM" may mean either.
_DASHES = (
    (compiled(rf"{START}({_AGENT})(?:-(?=[\s)_]|$)|\s+-\s*$)"), r"no \1"),
    (compiled(rf"(?:^|(?<=[\s(_]))-(?={_AGENT})"), "no "),
    (compiled(rf"(?<=\s)-\s+(?={_AGENT})"), "with without "),
)
# What speaks of no agent: "post op", "post fossa", "pre-sat", "high contrast", "(enhanced conversion)".
_WHEN = f"(?:{either('before or after')})"
_UNRELATED = compiled(
    rf"{START}(?:(?:{_WHEN} ?(?:[/&+]|and|und|et|y|e) ?)?{_WHEN} ?(?:{either('treatment or place')})"
    rf"|pr(?:e|ae?) ?sat\w*|(?:{either('kind of image contrast')}) [ck]ontrast\w*"
    rf"|(?:{either('enhanced by other means')}) enhanced|enhanced (?:{either('format of files')})){END}"
)
_BOTH = compiled(
    rf"{START}(?:{_WITH}{_AND}{_WITHOUT}{_NO_SATURATION}|{_WITHOUT}{_AND}{_WITH}"
    rf"|{either('both with and without')}){END}"
)
_PRE = compiled(
    rf"{START}(?:"
    rf"(?:(?:{_WITHOUT}|{_NONE}|{either('denies the agent after it')})[ /']+|s/){_FILLERS}{_AGENT}"
    rf"|{_AGENT} (?:{either('denies the agent before it')}|{_NOT_GIVEN}{END})"
    rf"|{_WITHOUT}$)|{anyhow('no agent yet')}"
)
_POST = compiled(
    rf"{START}(?:{either('agent brand')}|(?:{_WITH}[ /]+|c/ ?){_FILLERS}{_AGENT}|{_AGENT}\+)"
    rf"|\+ ?{_AGENT}|{anyhow('agent given')}"
)
_NO_AGENT = compiled(
    rf"(?:{_NONE}(?: .*)?|(?:.* )?{_NOT_GIVEN}(?: .*)?|{_WITHOUT}|{either('name of no agent')})?"
)


def contrast_of(frame: Frame) -> str:
    """Return ``pre`` or ``post``; ``unknown`` where header and descriptions contradict each other."""
    verdicts = {_by_header(frame), _by_words(frame)} - {""}
    return "unknown" if len(verdicts) > 1 else next(iter(verdicts), "pre")


def _by_header(frame: Frame) -> str:
    """Say what the header states; an agent that is present but empty, or "none", is as good as not stated."""
    if administered := frame.text("ContrastBolusAgentAdministered").upper():
        return "post" if administered == "YES" else "pre"
    named = (frame.text(key) for key in ("ContrastBolusAgent", "ContrastBolusAgentSequence"))
    given = any(map(is_agent, named)) or (frame.number_of("ContrastBolusVolume") or 0) > 0
    return "post" if given else ""


def _by_words(frame: Frame) -> str:
    """Ask the series, then its protocol, which is of the whole examination where it names no weighting."""
    series, protocol = frame.text("SeriesDescription"), frame.text("ProtocolName")
    of_the_series = not series or len(weightings(protocol)) == 1
    return contrast_from_text(series) or (contrast_from_text(protocol) if of_the_series else "")


@REMEMBER
def is_agent(text: str) -> bool:
    """Say whether the text of an agent's element names one."""
    return not _NO_AGENT.fullmatch(normalise(text)) and contrast_from_text(text) != "pre"


@REMEMBER
def contrast_from_text(text: str) -> str:
    """Return when a description says the slice was acquired.

    Returns:
        ``pre``, ``post``, ``unknown`` where it says both, or nothing.
    """
    text = text.casefold()
    for dash, meaning in _DASHES:
        text = dash.sub(meaning, text)
    text = _UNRELATED.sub(" ", normalise(text))
    rest = _PRE.sub(" ", text)
    pre, post = rest != text, bool(_POST.search(rest))
    if _BOTH.search(text) or (pre and post):
        return "unknown"
    return "pre" if pre else "post" if post else ""
