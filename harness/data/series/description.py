"""What a description says about its series: weightings, plane, and whether it is a series of another kind.

Descriptions are typed by people, so they only ever confirm or contradict the header's numbers.
"""

import re

from harness.data.series.vocabulary import END, REMEMBER, START, anyhow, compiled, either, normalise

# "sagt1", "fst1" and Philips' "sT1W" claim T1; "scout1", "set1" and "test1" do not, nor "3 T 1 mm".
_JOINED = f"{START}(?:{either('joined before a weighting')})?"
_APART = START + r"(?<!\d )"
# "T1SAG" names a plane as "SAG" does.
_PLANE = f"(?:{START}|{'|'.join(f'(?<={word})' for word in ('t1', 't2', 't1w', 't2w', '3d', '2d'))})"

_NOT_ANATOMY = compiled(anyhow("other weighting"))
_T1 = compiled(rf"{_JOINED}t1(?!\d)|{_APART}t 1(?! ?mm){END}|{anyhow('T1 sequence')}")
_T2 = compiled(rf"{_JOINED}t2(?!\d)|{_APART}t 2(?! ?mm){END}")
_PD = compiled(anyhow("PD"))
_FLAIR = compiled(anyhow("FLAIR"))
_TIRM = compiled(anyhow("FLAIR or other"))  # nulls fat or fluid, as its inversion time says
# "32DIR", "64 dir" and "dir 30" count directions of diffusion; "3D DIR" and "dir3d" do not.
_DOUBLE_INVERSION = re.compile(
    rf"(?<![a-z])(?<!(?<![a-z0-9])\d)(?<!\d\d)(?<!\d )(?:{either('double inversion recovery', 'letters')})"
    r"(?![a-z])(?! ?\d+(?!\d|d))"
)

# Parts of the brain are no planes: corpus, cortex and cord, corona, frontal lobe.
_PLANES = {
    "sagittal": compiled(f"{_PLANE}(?:{either('sagittal', 'stem')})|{either('sagittal', 'anywhere')}"),
    "coronal": compiled(f"{_PLANE}(?:{either('coronal', 'stem')})|{either('coronal', 'anywhere')}"),
    "axial": compiled(
        f"{_PLANE}(?:{either('axial', 'word')})(?:{END}|(?=t[12]))|{either('axial', 'anywhere')}"
    ),
}
_LOCALIZER = compiled(anyhow("localizer"))  # a "localization" is a series for navigation
_CALIBRATION = compiled(anyhow("calibration"))
_PROJECTION = compiled(anyhow("projection"))


def is_of_examination(series: str, protocol: str) -> bool:
    """Say whether a protocol is of a whole examination ("BRAIN WITH MRA AND MIP"), not of the series.

    So it is where the description of the series claims a weighting, the protocol none, several or ``other``.
    """
    claims = weightings(protocol)
    return bool(weightings(series)) and (len(claims) != 1 or claims == {"other"})


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
def is_double_inversion(text: str) -> bool:
    """Say whether a description calls the series a double inversion recovery."""
    return bool(_DOUBLE_INVERSION.search(normalise(text)))


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
