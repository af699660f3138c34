"""Which part of the body a slice shows, as far as its header names one."""

import re

from harness.data.dicom.headers import Frame
from harness.data.series.vocabulary import END, REMEMBER, START, compiled, normalise

Parts = frozenset[str]
_BRAIN, _ELSEWHERE, _BOTH = frozenset({"brain"}), frozenset({"elsewhere"}), frozenset({"brain", "elsewhere"})
# The first that any text says; a text that names the head and more leaves it open.
_VERDICTS = {_ELSEWHERE: "elsewhere", _BOTH: "uncertain", _BRAIN: "brain"}


def _begins_with(text: str) -> str:
    """Return a pattern of words that begin with the words of a text; an underscore may be a space."""
    return f"{START}(?:{'|'.join(text.split())})".replace("_", " ?")


_HEAD_STEMS = """
    brain head skull crani crane cereb cerv(?:ea|el) kopf schadel schaedel hirn tete enceph encef
    cabe[zc]a testa endocran glio tumou?r_cereb hoofd hersen hjern hjarn mozg mozek glow[ay] głow beyin
    creier голов мозг
"""
_ELSEWHERE_STEMS = r"""
    cervical cervico thora tora[cx] lumb lomb dorsol sacr[aou] sakr coccy steiss \w*wirbel \w*wervel
    rachis col[ou]mna coluna colonn myelon ruckenmark moelle midollo medula_esp vertebral_c neck hals
    cuello pescoco laryn pharyn (?:para)?thyroid schilddrus parotid parotis [ck]arot temporomand kiefer
    mandib maxill
    shoulder schulter epaule hombro spalla ombro schouder scapul clavic axill brachi humer elbow
    ell?enbogen gomito cotovelo elleboog forearm upper_arm unterarm oberarm wrist poignet muneca punho
    finger thumb daumen huft hanche cadera heup quadril thigh \w*schenkel cuisse muslo coscia femor femur
    knee knie genou rodilla ginocchio joelho patell menis[ck] tibia fibula calf lower_leg ankle sprung
    cheville tobillo caviglia tornozelo foot fuss piede voet calcan achill \w*gelenk extremit
    (?:upper|lower)_limb
    chest brust breast mamma lung pulmon poumon polmon mediast rippe stern[aou] aort heart cardiac herz
    coeur corazon cuore abdom addom \w*bauch buik liver leber hepat foie higado fegato kidney renal niere
    adrenal pancrea pankrea spleen gall(?:en)?bl biliar stomach intestin rectum rectal rektum bladder
    harnblase prostat uter[iou] ovar testis urethr fetus fetal foet pelvi pelve becken bassin bekken bacia
    bacino whole_body entire_body ganzkorper corps_entier
"""
_ELSEWHERE_WORDS = r"""
    \w*spine \w*spinale? [hbl]ws collo nek tmj coude codo polso pols hand hips? leg enkel pied toe mama
    sein seno milz bile magen darm colon arm(?!_(?:[a-e]|\d|i+)(?![a-z0-9]))
"""  # "ARM B" is one of a trial's
_PATTERNS = {
    "brain": compiled(rf"{_begins_with(_HEAD_STEMS)}|gehirn|[脳脑頭头颅]"),
    "elsewhere": compiled(
        rf"{_begins_with(_ELSEWHERE_STEMS)}|{_begins_with(_ELSEWHERE_WORDS)}{END}|[膝肩]|[腰頸颈胸]椎"
    ),
}
_PHANTOM = re.compile(rf"{START}phantom")
# Terms of BodyPartExamined (PS3.16, annex L) and of coded regions that mean too much in a free text.
_TERMS = frozenset(
    """
    ACROMIOCLAVICULARJOINT ANUS BACK BRONCHUS BUTTOCK CERVIX CHEEK CORNEA CORONARYARTERY DUODENUM EAR
    ESOPHAGUS EYE EYELID EYEREGION FACE FACIALBONES ILEUM ILIUM JAW JAWREGION JEJUNUM LARGEINTESTINE
    LIMB MASTOID MASTOIDBONE MOUTH NASALBONE NOSE OPTICCANAL ORBIT ORBITA ORBITALSTRUCTURE ORBITS
    PARANASALSINUS PENIS RADIUS RADIUSULNA RIB SCLERA SCROTUM SINUS SINUSES SMALLINTESTINE SUBMANDIBULAR
    SUBMANDIBULARGLAND TARSALJOINT THYMUS TONGUE TRACHEA ULNA UPPERURINARYTRACT URETER VAGINA VULVA
    ZYGOMA
    """.casefold().split()
)
# "BREAST CA, R/O METS" tells what is looked for, not what is looked at.
_INDICATION = compiled(
    rf"{START}(?:ca|cancer|carcinom\w*|mets?|metast\w*|r/o|rule out|h/o|hx|history|known){END}"
)


def body_part_of(frame: Frame) -> str:
    """Return ``brain``, ``elsewhere`` or, where the header leaves it open, ``uncertain``.

    Tags are often left at the scanner's default, so one text that names another part outweighs a head.
    """
    said = [coded_parts(frame.text(key)) for key in ("BodyPartExamined", "AnatomicRegionSequence")]
    said += [parts_named(frame.text(key)) for key in ("SeriesDescription", "ProtocolName")]
    study = frame.text("StudyDescription")
    if not any(said) or (parts_named(study) == _ELSEWHERE and not _INDICATION.search(normalise(study))):
        said.append(parts_named(study))
    return next((verdict for parts, verdict in _VERDICTS.items() if parts in said), "uncertain")


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
