"""What descriptions say about a series, in the words of several languages and vendors.

Descriptions are typed by people, so they are only ever a second witness beside the header's numbers.
"""

import re
import unicodedata
from functools import lru_cache

REMEMBER = lru_cache(4096)  # all slices of a series share their descriptions

START, END = r"(?<![a-z0-9])", r"(?![a-z0-9])"


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern with its runs of letters cut short, so that no text takes long to judge."""
    return re.compile(pattern.replace(r"\w*", r"\w{0,20}"))


# "sagt1", "fst1" and Philips' "sT1W" claim T1; "scout1", "set1" and "test1" do not, nor "3 T 1 mm".
_JOINED = START + r"(?:\w*(?:sag|ax|cor|tra|tse|[23]d)|fse|fs|gre|t?ffe|tfe|ir|[se])?"
_APART = START + r"(?<!\d )"
# "T1SAG" names a plane as "SAG" does.
_PLANE = (
    "(?:" + START + "|" + "|".join(f"(?<={word})" for word in ("t1", "t2", "t1w", "t2w", "3d", "2d")) + ")"
)


def _word(*alternatives: str) -> re.Pattern[str]:
    return compiled(f"{START}(?:{'|'.join(alternatives)}){END}")


# "Diffuse glioma" is a disease, "difusão" and "diffuse weighted" are diffusion.
_DIFFUSE = rf"diff?us(?:e(?:ly|[nrs])?|[ao]s?){END}(?! weight)"
_NOT_ANATOMY = _word(
    r"dwi?", r"dti\w*", rf"(?!{_DIFFUSE})(?:diff|difus)\w*", r"tensor\w*", r"adc\w*", r"trace\w*", r"ep2d\w*",
    r"epi\d?", r"bold\w*", r"fmri\w*", r"perf\w*", r"dsc", r"dce", r"p?c?asl", r"swi\w*", r"swan\w*",
    r"swp", r"tof\w*", r"mra", r"mrv", r"angio\w*", r"venogr\w*", r"spec?k?tro\w*", r"mrs", r"svs\w*",
    r"csi\w*", r"ciss\w*", r"fiesta\w*", r"tru?e?fi(?:sp)?\w*", r"stir\w*", r"cine", r"field ?map\w*",
    r"b0 ?map", r"t[12]\*? ?map\w*", r"t1 ?rho", r"t2 ?\*", r"t2 ?star\w*", r"mtr",
    r"(?:[23]d ?)?pca", r"[23]d ?pc", r"phase ?contrast", r"phleb\w*", r"flebo\w*",
)  # fmt: skip
_T1 = compiled(
    rf"{_JOINED}t1(?!\d)|{_APART}t 1(?! ?mm){END}"
    rf"|{START}(?:mp ?rage\w*|f?spgr\w*|bravo\w*|mdeft\w*|vibe\w*|thrive\w*)"
)
_T2 = compiled(rf"{_JOINED}t2(?!\d)|{_APART}t 2(?! ?mm){END}")
_PD = _word(r"pdw?i?", r"dp", r"proton ?dens\w*", r"densi\w* ?(?:de ?)?proton\w*", r"protonendichte")
_FLAIR = re.compile(r"flair|dark ?fluid|fluid ?attenuat")
_TIRM = re.compile(rf"{START}tirm")  # nulls fat or fluid, as its inversion time says

# Parts of the brain are no planes: corpus, cortex and cord, corona, frontal lobe.
_PLANES = {
    "sagittal": re.compile(rf"{_PLANE}sag|矢状"),
    "coronal": re.compile(
        rf"{_PLANE}(?:cor(?!r|te[xc]|ti[cs]|pus|por|d|e|ona{END}|onary)|kor|(?<!lobe )(?<!lobo )frontal"
        r"(?! ?(?:lob|lap|horn|hirn|gyr|cort|bone|sinus|tumou?r|region|les|glio)))|冠状"
    ),
    "axial": compiled(rf"{_PLANE}(?:ax(?:ia\w*)?|assial\w*|tra(?:ns\w*)?|trv)(?:{END}|(?=t[12]))|横断|轴位"),
}
# A "localization" is a series for navigation.
_LOCALIZER = compiled(
    rf"{START}(?:loc{END}|local(?:i[sz](?:e|er\w*|ateur\w*|ador\w*|zator\w*)?)?{END}|lokal(?:i[sz]\w*)?{END}"
    rf"|scouts?|survey|surview|pilot|topogram|3 ?pl(?:ane)?s?{END}|"
    rf"ubersicht\w*|uebersicht\w*|reperage|reperes?|smartbrain|plan ?scan|locator|centraggio|centrage"
    rf"|tri ?plan|(?:3|tres) planos|topo{END})|^planung|scout{END}|定位"
)
_CALIBRATION = _word(
    r"cal", r"calib\w*", r"kalib\w*", r"asset cal\w*", r"shim\w*", r"coil sens\w*", r"ref ?scan"
)
_PROJECTION = _word(
    r"mip", r"minip", r"projection\w*", r"reformat\w*", r"subtr(?:a[ck]\w*)?",
    r"(?<=\S )sub(?! ?(?:acu|mm|dur|ara|ep))",
    r"soustr\w*", r"sottra\w*", r"sustrac\w*", r"vrt?", r"volume render\w*", r"screen ?(?:s|save\w*|shots?)",
)  # fmt: skip


@REMEMBER
def normalise(text: str) -> str:
    """Return text in lower case without accents, with separators as single spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[\s_\-.,;:()\[\]^|\\]+", " ", plain).strip()


@REMEMBER
def weightings(text: str) -> frozenset[str]:
    """Return the weightings that a description claims: none, one, or several where it contradicts itself."""
    text = normalise(text)
    if _NOT_ANATOMY.search(text):
        return frozenset({"other"})
    t1 = bool(_T1.search(text))
    if _FLAIR.search(text):  # "T1 FLAIR" is a T1-weighted inversion recovery
        return frozenset({"T1" if t1 else "FLAIR"})
    if _TIRM.search(text) and not t1:
        return frozenset({"FLAIR", "other"})
    claims = {"T1": t1, "T2": bool(_T2.search(text)), "PD": bool(_PD.search(text))}
    return frozenset(name for name, claimed in claims.items() if claimed)


@REMEMBER
def plane(text: str) -> str:
    """Return the one plane that a description names, else ``unknown``."""
    named = [name for name, pattern in _PLANES.items() if pattern.search(normalise(text))]
    return named[0] if len(named) == 1 else "unknown"


@REMEMBER
def is_localizer(text: str) -> bool:
    """Say whether a description calls the series a localizer."""
    return bool(_LOCALIZER.search(normalise(text)))


@REMEMBER
def is_calibration(text: str) -> bool:
    """Say whether a description calls the series a calibration of the scanner."""
    return bool(_CALIBRATION.search(normalise(text)))


@REMEMBER
def is_projection(text: str) -> bool:
    """Say whether a description calls the series a projection, a reformation or a picture of the screen."""
    return bool(_PROJECTION.search(normalise(text)))
