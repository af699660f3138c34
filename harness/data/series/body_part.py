"""Which part of the body a slice shows, as far as its header names one."""

from harness.data.dicom.headers import Frame
from harness.data.series.vocabulary import REMEMBER, anyhow, compiled, normalise, words

Parts = frozenset[str]
_BRAIN, _ELSEWHERE, _BOTH = frozenset({"brain"}), frozenset({"elsewhere"}), frozenset({"brain", "elsewhere"})
# The first that any text names; a text that names the head and more leaves it open.
_VERDICTS = {_ELSEWHERE: "elsewhere", _BOTH: "uncertain", _BRAIN: "brain"}


_TEXTS = ("SeriesDescription", "ProtocolName", "StudyDescription")
_PATTERNS = {part: compiled(anyhow(part)) for part in ("brain", "elsewhere")}
_PHANTOM = compiled(anyhow("phantom"))
# Terms of BodyPartExamined (PS3.16, annex L) and of coded regions that mean too much in a free text.
_TERMS = frozenset(words("elsewhere, as a term", "term"))
# "BREAST CA, R/O METS" tells what is looked for, not what is looked at.
_INDICATION = compiled(anyhow("indication"))


def body_part_of(frame: Frame) -> str:
    """Return ``brain``, ``elsewhere`` or, where the header leaves it open, ``uncertain``.

    Tags are often left at the scanner's default, so a text that names another part outweighs a head. Of the
    texts the one nearest to the series decides: a protocol or a study may be of a whole examination.
    """
    named = [coded_parts(frame.text(key)) for key in ("BodyPartExamined", "AnatomicRegionSequence")]
    series, protocol, study = (parts_named(frame.text(key)) for key in _TEXTS)
    named.append(series or protocol)
    indicated = _INDICATION.search(normalise(frame.text("StudyDescription")))
    if not any(named) or (study == _ELSEWHERE and not (series or protocol or indicated)):
        named.append(study)
    return next((verdict for parts, verdict in _VERDICTS.items() if parts in named), "uncertain")


@REMEMBER
def coded_parts(text: str) -> Parts:
    """Return the parts that a word of a closed vocabulary stands for, as `parts_named` does."""
    term = normalise(text).replace(" ", "")
    return _ELSEWHERE if term in _TERMS else parts_named(text)


@REMEMBER
def parts_named(text: str) -> Parts:
    """Return which of ``brain`` and ``elsewhere`` a text names: none, one or both."""
    text = normalise(text)
    if _PHANTOM.search(text):
        return _ELSEWHERE
    return frozenset(part for part, pattern in _PATTERNS.items() if pattern.search(text))
