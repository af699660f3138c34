"""Whether an agent had been given before a slice was taken: by the header, and by its descriptions.

Where the two contradict each other, or a text speaks of both, nobody can tell.
"""

import re

from harness.data.dicom.headers import Frame
from harness.data.series.vocabulary import END, REMEMBER, START, compiled, normalise, weightings


def _either(*words: str, anywhere: str) -> re.Pattern[str]:
    """Return a pattern of what words begin with, or what stands anywhere."""
    return compiled(rf"{START}(?:{'|'.join(words)})|{anywhere}")


_BRANDS = (
    r"magnevist\w*|dotarem\w*|prohance\w*|omniscan\w*|multihance\w*|clariscan\w*|optimark\w*|vasovist\w*|ablavar\w*"
    r"|eovist\w*|primovist\w*|elucirem\w*|vueway\w*|magnegita\w*|dotagraf\w*|artirem\w*|cyclolux\w*|magnescope\w*"
    r"|feraheme\w*"
)
_AGENT = (
    r"(?:contrast\w*|kontrast\w*|contr?|con(?! [a-z])|gad\w*|gd\w*|km|mdc|m d c|ce|c(?! ?spine)|inj\w*"
    rf"|контраст\w*|civ|[ei] ?v|{_BRANDS}){END}"
)
_WITH = (
    r"(?:with|mit|avec|con|com|met|med|z|after|post|nach|apres|despues(?: del?)?|dopo|na"
    r"|(?<!\w)(?:со?|после)|w(?= ?[/&+]| and)|(?<!t[12] )w)"
)
_WITHOUT = (
    r"(?:without|w[/ ]?o(?:ut)?|ohne|sans|sin|senza|sem|zonder|uten|utan|uden|bez|(?<!\w)(?:без|до)"
    r"|before|vor|avant(?: l)?|antes(?: del?)?|prima(?: del?| di)?|voor|fore|før|przed)"
)
_NONE = r"(?:no|none|nil|not|nein|kein\w*|aucun\w*|ningun\w*|nessun\w*|geen|ingen|inget|brak|nao|нет)"
_AND = r"(?:[ /&+]|and|und|et|y|e|en|og|och|i|и|ou|or|oder)*"
_FILLERS = r"(?:(?:[ei] ?v|intraven\w*|prod\w*|agent|medio|meio|mezzo|de|di|the|any|введени\w*|в/в) )*"
# "Post w/o FS" denies the fat saturation, no agent.
_NO_SATURATION = r"(?! ?(?:fs|fat|fett|mtc?|sat))"
_NOT_GIVEN = (
    r"(?:(?:was |were |is )?(?:not (?:given|used|admin\w*|inject\w*|done|needed|requir\w*)"
    r"|refus\w*|declin\w*|withheld|off$))"
)

# Read before normalising takes the dash away: "KM-" and "-KM" deny the agent, "SAG - KM" may mean either.
_DASHES = (
    (compiled(rf"{START}({_AGENT})(?:-(?=[\s)_]|$)|\s+-\s*$)"), r"no \1"),
    (compiled(rf"(?:^|(?<=[\s(_]))-(?={_AGENT})"), "no "),
    (compiled(rf"(?<=\s)-\s+(?={_AGENT})"), "with without "),
)
# What speaks of no agent: "post op", "post fossa", "pre-sat", "high contrast".
_WHEN = r"(?:pre|post|before|after|vor|nach|avant|apres|antes|despues|prima|dopo)"
_ASIDE = compiled(
    rf"{START}(?:(?:{_WHEN} ?(?:[/&+]|and|und|et|y|e) ?)?{_WHEN} ?"
    r"(?:op|oper\w*|surg\w*|chir\w*|x?rt|rtx|radi\w*|strahl\w*|chem\w*|treat\w*|therap\w*|tx|biops\w*|bx|rese[ck]t\w*"
    r"|embol\w*|cranio\w*|trauma\w*|ictal|partum|shunt\w*|gamma\w*|srs|load\w*|proc\w*|fossa|horn)"
    r"|pr(?:e|ae?) ?sat\w*"
    r"|(?:high|low|good|best|max|soft|tissue|image|phase|transfer|mt|flow|multi|hoher) [ck]ontrast\w*"
    rf"|(?:edge|resolution|signal|image) enhanced){END}"
)
_BOTH = compiled(
    rf"{START}(?:{_WITH}{_AND}{_WITHOUT}{_NO_SATURATION}|{_WITHOUT}{_AND}{_WITH}|m ?[/+&] ?o|c/s){END}"
)
_PRE = _either(
    rf"(?:(?:{_WITHOUT}|{_NONE}|non|o|(?<![ei] )v|s/|pas d|pr(?:e|ae?))[ /']+|s/){_FILLERS}{_AGENT}",
    rf"{_AGENT} (?:none|nil|neg\w*|nein|no$|нет|{_NOT_GIVEN}{END})",
    rf"(?:t1w?)?pr(?:e|ae?)(?:{END}|con(?:{END}|trast)|kontrast|gad|gd|km)",
    rf"{_WITHOUT}$|noncon(?:{END}|trast)|(?:un|non?|not) ?enhanced",
    rf"nativ\w*|(?:avant|blanco|plain){END}|kontrasts[iı]z\w*|бе[сз]контраст\w*",
    anywhere=r"造影前|非造影|造影剤?なし|単純|平[扫掃]|[未无]增强",
)
_POST = _either(
    rf"(?:post|apres|gd|km|mdc|m d c|ce|inj|civ){END}|(?:with|w/|mit|avec|pos|[ck]ontr)$",
    rf"gad\w*|gddtpa|inject\w*|contrast\w*|kontrast\w*|контраст\w*|enhanced|{_BRANDS}",
    rf"post(?:kontrast|km|con(?:{END}|trast)|gad|gd)",
    rf"t1w?(?:ce?|gd|gad\w*|km|post){END}|t1[a-z]*\+(?= |$)",
    r"t1[a-z]* \+ (?:sag|cor|ax|tra)(?!.{0,40}t[12])",  # "T1 + SAG", but not "T1 + COR T2"
    rf"(?:{_WITH}[ /]+|c/ ?){_FILLERS}{_AGENT}|{_AGENT}\+",
    anywhere=rf"\+ ?(?:{_AGENT}|cm{END})|(?<=\S) \+$|造影|增强|増強",
)
_NO_AGENT = compiled(
    rf"(?:{_NONE}(?: .*)?|(?:.* )?{_NOT_GIVEN}(?: .*)?|{_WITHOUT}"
    r"|n|non|null|n ?/? ?a|unknown|0+(?: 0+)? ?(?:ml|cc|mmol)?)?"
)


def contrast_of(frame: Frame) -> str:
    """Return ``pre`` or ``post``; ``unknown`` where header and descriptions contradict each other."""
    witnesses = {_by_header(frame), _by_words(frame)} - {""}
    return "unknown" if len(witnesses) > 1 else next(iter(witnesses), "pre")


def _by_header(frame: Frame) -> str:
    """Say what the header knows; an agent that is present but empty, or "none", is as good as not said."""
    if administered := frame.text("ContrastBolusAgentAdministered").upper():
        return "post" if administered == "YES" else "pre"
    named = (frame.text(key) for key in ("ContrastBolusAgent", "ContrastBolusAgentSequence"))
    given = any(map(is_agent, named)) or (frame.number_of("ContrastBolusVolume") or 0) > 0
    return "post" if given else ""


def _by_words(frame: Frame) -> str:
    """Ask the series, then its protocol; one that names no weighting is of the whole examination."""
    series, protocol = frame.text("SeriesDescription"), frame.text("ProtocolName")
    of_the_series = not series or len(weightings(protocol)) == 1
    return contrast_from_text(series) or (contrast_from_text(protocol) if of_the_series else "")


@REMEMBER
def is_agent(text: str) -> bool:
    """Say whether the text of an agent's element names one."""
    return not _NO_AGENT.fullmatch(normalise(text)) and contrast_from_text(text) != "pre"


@REMEMBER
def contrast_from_text(text: str) -> str:
    """Return when a description says the slice was taken.

    Returns:
        ``pre``, ``post``, ``unknown`` where it says both, or nothing.
    """
    text = text.casefold()
    for dash, meaning in _DASHES:
        text = dash.sub(meaning, text)
    text = _ASIDE.sub(" ", normalise(text))
    rest = _PRE.sub(" ", text)
    pre, post = rest != text, bool(_POST.search(rest))
    if _BOTH.search(text) or (pre and post):
        return "unknown"
    return "pre" if pre else "post" if post else ""
