"""What descriptions say about a series, in the words of several languages and vendors.

Descriptions are typed by people, so they are only ever a second witness beside the header's numbers.
"""

import re
import unicodedata
from functools import lru_cache

# All slices of a series share their descriptions.
_REMEMBER = lru_cache(4096)

_START, _END = r"(?<![a-z0-9])", r"(?![a-z0-9])"
# "sagt1" and "3dt1" claim T1; "scout1" and "test1" do not.
_JOINED = (
    "(?:" + _START + "|" + "|".join(f"(?<={word})" for word in ("sag", "ax", "cor", "tra", "3d", "2d")) + ")"
)


def _word(*alternatives: str) -> re.Pattern[str]:
    return re.compile(f"{_START}(?:{'|'.join(alternatives)}){_END}")


_NOT_ANATOMY = _word(
    r"dwi?", r"dti\w*", r"diff?us\w*", r"diff\w*", r"tensor\w*", r"adc\w*", r"trace\w*", r"ep2d\w*",
    r"epi\d?", r"bold\w*", r"fmri\w*", r"perf\w*", r"dsc", r"dce", r"p?c?asl", r"swi\w*", r"swan\w*",
    r"swp", r"tof\w*", r"mra", r"mrv", r"angio\w*", r"venogr\w*", r"spec?k?tro\w*", r"mrs", r"svs\w*",
    r"csi\w*", r"ciss\w*", r"fiesta\w*", r"tru?e?fi(?:sp)?\w*", r"stir\w*", r"cine", r"field ?map\w*",
    r"b0 ?map", r"t[12]\*? ?map\w*", r"t1 ?rho", r"t2 ?\*", r"t2 ?star\w*", r"mtr",
)  # fmt: skip
_T1 = re.compile(rf"{_JOINED}t1(?!\d)|{_START}(?:mp ?rage\w*|f?spgr\w*|bravo\w*|mdeft\w*|vibe\w*|thrive\w*)")
_T2 = re.compile(rf"{_JOINED}t2(?!\d)")
_PD = _word(r"pdw?i?", r"dp", r"proton ?dens\w*", r"densi\w* ?(?:de ?)?proton\w*", r"protonendichte")
_FLAIR = re.compile(r"flair|dark ?fluid|fluid ?attenuat")

_PLANES = {
    "sagittal": re.compile(rf"{_START}sag|矢状"),
    "coronal": re.compile(rf"{_START}(?:cor(?!r|tex)|kor|frontal)|冠状"),
    "axial": re.compile(rf"{_START}(?:ax(?:ia\w*)?|tra(?:ns\w*)?|trv)(?:{_END}|(?=t[12]))|横断|轴位"),
}
_LOCALIZER = re.compile(
    rf"{_START}(?:loc{_END}|local\w*|lokal\w*|scouts?|survey|surview|pilot|topogram|3 ?pl(?:ane)?s?{_END}|"
    rf"ubersicht\w*|uebersicht\w*|reperage|reperes?|smartbrain|plan ?scan|locator)|scout{_END}|定位"
)
_CALIBRATION = _word(
    r"cal", r"calib\w*", r"kalib\w*", r"asset cal\w*", r"shim\w*", r"coil sens\w*", r"ref ?scan"
)
_PROJECTION = _word(r"mip", r"minip", r"projection\w*", r"reformat\w*", r"subtraction\w*", r"screen ?s\w*")

_AGENT = r"(?:contrast\w*|kontrast\w*|gad\w*|gd\w*|km|mdc|c|inj\w*)"
_PRE = re.compile(
    rf"{_START}(?:pre(?:{_END}|contrast|gad)|nativ\w*|unenhanced|non ?contrast|plain{_END}"
    rf"|(?:without|w/o|wo|ohne|sans|sin|senza|non?|vor|avant) (?:iv )?{_AGENT}{_END})"
)
_POST = re.compile(
    rf"{_START}(?:post(?:{_END}(?! ?op)|contrast|gad|gd)|gad\w*|gd{_END}|c\+|(?:km|mdc|ce|inj){_END}"
    rf"|inject\w*|contrast\w*|kontrast\w*|enhanced)"
    rf"|\+ ?(?:c|gd|gad\w*|km|mdc|contrast\w*|kontrast\w*){_END}|造影|增强"
)

_HEAD = re.compile(
    rf"{_START}(?:brain|head|skull|crani|crane|cereb|neuro|kopf|schadel|schaedel|hirn|tete|enceph|encef|cabeza"
    r"|testa|glio|tumou?r cereb)|gehirn|[脳脑頭头颅]"
)
_ELSEWHERE = re.compile(
    rf"{_START}(?:[ctl] ?spine|[hbl]ws{_END}|\w*spin(?:e|al){_END}|cervical|thorac|lumbar|lumbal|wirbel"
    rf"|rachis|columna|colonna|neck|hals{_END}|shoulder|schulter|epaule|hombro|spalla|knee|knie|genou|rodilla|ginocchio"
    rf"|hip{_END}|hufte|hanche|cadera|abdom|pelvi|becken|bassin|breast|mamma|mama{_END}|sein{_END}|prostat|heart"
    rf"|cardiac|herz|liver|leber|hepat|kidney|renal|chest|thorax|wrist|hand{_END}|foot|fuss|ankle|elbow|ellenbogen"
    rf"|extremity|arm{_END}|leg{_END}|femur|thigh|calf|whole ?body)|[膝肩]|[腰頸颈胸]椎"
)


@_REMEMBER
def normalise(text: str) -> str:
    """Return text in lower case without accents, with separators as single spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[\s_\-.,;:()\[\]^|\\]+", " ", plain).strip()


@_REMEMBER
def weightings(text: str) -> frozenset[str]:
    """Return the weightings that a description claims: none, one, or several where it contradicts itself."""
    text = normalise(text)
    if _NOT_ANATOMY.search(text):
        return frozenset({"other"})
    t1 = bool(_T1.search(text))
    if _FLAIR.search(text):  # "T1 FLAIR" is a T1-weighted inversion recovery
        return frozenset({"T1" if t1 else "FLAIR"})
    claims = {"T1": t1, "T2": bool(_T2.search(text)), "PD": bool(_PD.search(text))}
    return frozenset(name for name, claimed in claims.items() if claimed)


@_REMEMBER
def plane(text: str) -> str:
    """Return the one plane that a description names, else ``unknown``."""
    named = [name for name, pattern in _PLANES.items() if pattern.search(normalise(text))]
    return named[0] if len(named) == 1 else "unknown"


@_REMEMBER
def is_localizer(text: str) -> bool:
    """Say whether a description calls the series a localizer."""
    return bool(_LOCALIZER.search(normalise(text)))


@_REMEMBER
def is_calibration(text: str) -> bool:
    """Say whether a description calls the series a calibration of the scanner."""
    return bool(_CALIBRATION.search(normalise(text)))


@_REMEMBER
def is_projection(text: str) -> bool:
    """Say whether a description calls the series a projection, a reformation or a picture of the screen."""
    return bool(_PROJECTION.search(normalise(text)))


@_REMEMBER
def contrast(text: str) -> str:
    """Return ``pre`` or ``post`` where a description says when it was taken, else an empty string."""
    text = normalise(text)
    if _PRE.search(text):
        return "pre"
    return "post" if _POST.search(text) else ""


@_REMEMBER
def body_part(text: str) -> str:
    """Return ``brain``, ``elsewhere`` or, where a text names no part of the body, ``uncertain``."""
    text = normalise(text)
    if _HEAD.search(text):
        return "brain"
    return "elsewhere" if _ELSEWHERE.search(text) else "uncertain"
