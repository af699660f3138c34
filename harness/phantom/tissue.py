"""How bright each tissue is, by weighting: fat is 1 in T1, cerebrospinal fluid is 1 in T2."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True)
class Contrast:
    """Brightness of tissues in one weighting; air is 0."""

    fluid: float
    grey: float
    white: float
    bone: float
    marrow: float
    fat: float
    muscle: float
    tumour: float
    oedema: float
    necrosis: float

    def swollen(self, water: float) -> Self:
        """Return the contrast of a brain that is ``water`` (0 to 1) of the way to fluid."""
        tissues = ("grey", "white", "tumour", "oedema")
        tones = {name: getattr(self, name) for name in tissues}
        return replace(self, **{name: tone + water * (self.fluid - tone) for name, tone in tones.items()})


CONTRASTS = {
    "T1": Contrast(
        fluid=0.13, grey=0.42, white=0.56, bone=0.06, marrow=0.50, fat=0.95, muscle=0.36,
        tumour=0.30, oedema=0.38, necrosis=0.17,
    ),
    "T2": Contrast(
        fluid=1.00, grey=0.52, white=0.38, bone=0.05, marrow=0.35, fat=0.62, muscle=0.20,
        tumour=0.75, oedema=0.80, necrosis=0.95,
    ),
}  # fmt: skip
