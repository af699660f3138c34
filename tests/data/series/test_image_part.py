"""What vendors write about the images that one acquisition yields, and what it says; each with its source."""

from typing import Any

import pytest

from harness.data.dicom.headers import Frame
from harness.data.series.image_part import as_original, parts_of

PREPARED: dict[str, Any] = {"ScanningSequence": ("GR", "IR")}


def parts(values: dict[str, Any]) -> set[str]:
    return set(parts_of(Frame(1, {k: v if isinstance(v, tuple) else (v,) for k, v in values.items()})))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # nipy/heudiconv issue 266 and the Siemens conformance statement
        ({"ImageType": ("ORIGINAL", "PRIMARY", "M", "ND", "NORM")}, {"normalised", "uncorrected"}),
        ({"ImageType": ("ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D")}, {"normalised", "corrected in plane"}),
        ({"ImageType": ("ORIGINAL", "PRIMARY", "M", "DIS3D", "DIS2D")}, {"corrected", "corrected in plane"}),
        # ReproNim/reproin issue 58: Siemens XA
        ({"SeriesDescription": "anat-T1w_ND"}, {"uncorrected"}),
        # Siemens private elements, several values in one text
        ({"SiemensImageType": "p2 M/ND/NORM"}, {"normalised", "uncorrected"}),
        ({"SiemensXAImageType": ("DERIVED", "PRIMARY", "M", "UNI", "DIS3D")}, {"uniform", "corrected"}),
        # rordenlab/dcm2niix issue 675
        ({"ImageType": ("DERIVED", "PRIMARY", "T1", "UNIFORM")}, {"uniform"}),
        ({"ImageType": ("DERIVED", "PRIMARY", "T1", "T1", "MAP")}, set()),
        # bids-standard/bids-specification issue 1890
        ({"SeriesDescription": "t1_mp2rage_sag_p3_iso_UNI-DEN", **PREPARED}, {"uniform", "denoised"}),
        ({"SeriesDescription": "t1_mp2rage_sag_p3_iso_UNI_Images", **PREPARED}, {"uniform"}),
        ({"SeriesDescription": "t1_mp2rage_sag_p3_iso_INV1", **PREPARED}, {"inversion"}),
        ({"SeriesDescription": "t1_mp2rage_sag_p3_iso_INV2", **PREPARED}, {"inversion"}),
        ({"SeriesDescription": "MP2RAGE 0.7 UNIT1", "InversionTimes": 700.0}, {"uniform"}),
        # names of MP2RAGE on an image that cannot be of it
        ({"SeriesDescription": "UNI-DEN", "ScanningSequence": "SE"}, {"denoised"}),
        ({"SeriesDescription": "t1_tse_INV1", "ScanningSequence": "SE"}, set()),
        # words that only look alike
        ({"SeriesDescription": "unilateral inv12 normandy sand sag", **PREPARED}, set()),
        ({"SeriesDescription": "T1 SAG no norm"}, set()),
        ({"SeriesDescription": "Uni Kiel T1 sag", **PREPARED}, set()),
        # Dixon: Siemens and GE, Philips
        ({"ImageType": ("ORIGINAL", "PRIMARY", "DIXON", "IN_PHASE")}, {"in-phase"}),
        ({"ImageType": ("DERIVED", "PRIMARY", "DIXON", "WATER")}, {"water"}),
        ({"ImageType": ("ORIGINAL", "PRIMARY", "OP", "OP")}, {"opposed-phase"}),
        # GE and Philips: the name alone tells
        ({"SeriesDescription": "PURE Sag T1 FSPGR"}, {"normalised"}),
        ({"SeriesDescription": "Sag T1 SCIC"}, {"normalised"}),
        # jmtyszka/bidskit issue 1
        ({"SeriesDescription": "MEMPRAGE_4e RMS"}, {"combined"}),
        ({"ImageType": ("ORIGINAL", "PRIMARY", "OTHER", "ND", "MEAN")}, {"combined", "uncorrected"}),
        # PS3.4 annex B.5
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"}, set()),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4.1"}, {"enhanced"}),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4.4"}, {"converted"}),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4.1", "ReferencedSOPInstanceUID": "1.2"}, {"converted"}),
    ],
)  # fmt: skip
def test_a_header_tells_which_image_of_its_acquisition_it_is_of(
    values: dict[str, Any], expected: set[str]
) -> None:
    assert parts(values) == expected


def test_a_derived_frame_as_an_original_keeps_all_else() -> None:
    values = {"ImageType": ("DERIVED", "PRIMARY", "M", "UNI"), "SiemensXAImageType": ("DERIVED\\PRIMARY",),
              "SeriesDescription": ("DERIVED",)}  # fmt: skip
    frame = as_original(Frame(3, values))
    assert frame.number == 3
    assert frame.values == {
        "ImageType": ("ORIGINAL", "PRIMARY", "M", "UNI"), "SiemensXAImageType": ("ORIGINAL\\PRIMARY",),
        "SeriesDescription": ("DERIVED",),
    }  # fmt: skip
