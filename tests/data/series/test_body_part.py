import pytest
from pydicom.sr.codedict import codes

from harness.data.dicom.headers import Frame
from harness.data.series.body_part import body_part_of, coded_parts, parts_named

TERMS = """
ABDOMEN ABDOMENPELVIS ADRENAL ANKLE AORTA ARM AXILLA BACK BLADDER BREAST BRONCHUS BUTTOCK CALCANEUS CALF
CAROTID CERVIX CHEEK CHEST CHESTABDOMEN CHESTABDPELVIS CLAVICLE COCCYX COLON CORNEA CORONARYARTERY CSPINE
CTSPINE DUODENUM EAR ELBOW ESOPHAGUS EXTREMITY EYE EYELID FACE FEMUR FETUS FINGER FOOT FOREARM GALLBLADDER
HAND HEART HIP HUMERUS ILEUM ILIUM JAW JEJUNUM KIDNEY KNEE LARYNX LEG LIVER LOWERLEG LSPINE LSSPINE LUNG
MAXILLA MEDIASTINUM MOUTH NECK NECKCHEST NECKCHESTABDOMEN NECKCHESTABDPELV NOSE ORBIT OVARY PANCREAS PAROTID
PATELLA PELVIS PENIS PHANTOM PHARYNX PROSTATE RADIUS RADIUSULNA RECTUM RIB SACRUM SCAPULA SCLERA SCROTUM
SHOULDER SPINE SPLEEN SSPINE STERNUM STOMACH SUBMANDIBULAR TESTIS THIGH THUMB THYMUS THYROID TIBIA
TIBIAFIBULA TLSPINE TMJ TOE TONGUE TRACHEA TSPINE ULNA UPPERARM UPPERLIMB URETER URETHRA UTERUS VAGINA VULVA
WHOLEBODY WRIST ZYGOMA
"""
BOTH = frozenset({"brain", "elsewhere"})
ABOUT_THE_HEAD = {
    **dict.fromkeys(("Brain", "Head", "Skull", "Cerebellum", "Cranial venous system"), frozenset({"brain"})),
    **dict.fromkeys(("Circle of Willis", "Internal Auditory Canal", "Sella turcica"), frozenset()),
    **dict.fromkeys(("Head and Neck", "Vertebral column and cranium"), BOTH),
}


@pytest.mark.parametrize("term", TERMS.split())
def test_every_other_term_of_the_standard_is_elsewhere(term: str) -> None:
    assert coded_parts(term) == {"elsewhere"}


def test_every_region_that_the_standard_has_a_code_for_is_known() -> None:
    for name in codes.cid4030.dir():
        meaning = getattr(codes.cid4030, name).meaning
        assert coded_parts(meaning) == ABOUT_THE_HEAD.get(meaning, {"elsewhere"}), meaning


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        *((text, {"brain"}) for text in (
            "BRAIN", "Kopf", "Tête", "Schädel", "脳", "HEADNECK", "cerveau", "cervello", "cabeça",
            "Neuro^Brain",
        )),
        *((text, {"elsewhere"}) for text in (
            "SHOULDER", "CSPINE", "Knie", "Épaule", "Sprunggelenk", "Handgelenk", "Halswirbelsäule",
            "lombaire", "cheville", "poignet", "coude", "tobillo", "polso", "caviglia", "ombro", "joelho",
            "Oberbauch", "Lendenwirbelkörper", "Oberschenkel", "Myelon", "sacroiliac", "cervicothoracic",
            "Neuro^L-SPINE", "NEURO^SPINE", "left arm", "head phantom",
        )),
        *((text, BOTH) for text in ("MRI BRAIN AND WHOLE SPINE", "head and neck")),
        *((text, set()) for text in (
            "", "spin echo", "spinecho", "T1", "NEURO", "RTOG 0825 ARM B", "hippocampus", "limbic", "orbit",
        )),
    ],
)  # fmt: skip
def test_texts_name_parts_of_the_body(text: str, parts: set[str]) -> None:
    assert parts_named(text) == parts


@pytest.mark.parametrize(
    ("tag", "series", "study", "part"),
    [
        ("", "", "", "uncertain"),
        ("BRAIN", "", "", "brain"),
        ("", "T1 SAG", "MRI BRAIN", "brain"),
        ("UTERUS", "", "", "elsewhere"),
        ("ORBIT", "T1 SAG", "MRI BRAIN", "elsewhere"),
        ("", "t1_tse_sag", "Neuro^L-SPINE", "elsewhere"),
        ("", "t1_tse_sag", "NEURO", "uncertain"),
        ("", "T1 SAG", "MRI BRAIN AND WHOLE SPINE", "uncertain"),
        ("BRAIN", "T1 SAG", "MRI BRAIN AND WHOLE SPINE", "brain"),
        ("HEAD", "sag t1 cervicothoracic", "", "elsewhere"),
        ("HEAD", "SAG BRAIN + C-SPINE", "", "uncertain"),
        ("BRAIN", "T1 SAG", "Kniegelenk", "elsewhere"),
        ("BRAIN", "T1 SAG", "BREAST CA, R/O METS", "brain"),
        ("BRAIN", "T1 SAG", "RTOG 0825 ARM B", "brain"),
        ("", "T1 SAG", "BREAST CA, R/O METS", "elsewhere"),
        ("BRAIN", "T1 SAG BRAIN", "MR CERVICAL SPINE", "brain"),  # of the whole examination
        ("HEAD", "SAG T1 HEAD", "MRI LUMBAR SPINE W BRAIN SCREEN", "brain"),
        ("CSPINE", "T1 SAG BRAIN", "MRI BRAIN", "elsewhere"),
    ],
)
def test_tag_and_series_are_asked_before_the_study(tag: str, series: str, study: str, part: str) -> None:
    values = {"BodyPartExamined": (tag,), "SeriesDescription": (series,), "StudyDescription": (study,)}
    assert body_part_of(Frame(1, values)) == part


@pytest.mark.parametrize(
    ("series", "protocol", "part"),
    [
        ("SAG T1 BRAIN", "BRAIN AND C-SPINE", "brain"),
        ("SAG T1 BRAIN", "CERVICAL SPINE", "brain"),
        ("SAG T1 CERVICAL", "BRAIN", "elsewhere"),
        ("SAG T1", "L-SPINE", "elsewhere"),
        ("SAG T1", "BRAIN AND C-SPINE", "uncertain"),
    ],
)
def test_of_the_texts_the_one_nearest_to_the_series_decides(series: str, protocol: str, part: str) -> None:
    values = {"SeriesDescription": (series,), "ProtocolName": (protocol,), "BodyPartExamined": ("HEAD",)}
    assert body_part_of(Frame(1, values)) == part
