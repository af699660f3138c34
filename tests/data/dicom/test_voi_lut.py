"""Windows and VOI LUTs against the formulas of DICOM PS3.3 C.11.2.1, written out here."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from helpers.made_dicom import WriteDicom, item, mr_image
from helpers.read_slices import read_dicom
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from harness.data.preparation.reading import read_frames

SIZE = 96
RAMP = np.arange(SIZE * SIZE, dtype=np.uint16).reshape(SIZE, SIZE) // 3  # 0 to 3071
FUNCTIONS = ["LINEAR", "LINEAR_EXACT", "SIGMOID"]


def read(path: Path, frames: tuple[int, ...] = (1,)) -> Any:
    """Slices by the header's window; of the size of the pixels, so that nothing is resized."""
    results = read_dicom(path, frames, SIZE, "header")
    return results if len(frames) > 1 else results[0]


def by_formula(values: np.ndarray, center: float, width: float, function: str = "LINEAR") -> np.ndarray:
    values = values.astype(np.float64)
    if function == "SIGMOID":
        return 1 / (1 + np.exp(-4 * (values - center) / width))
    if function == "LINEAR":
        return ((values - (center - 0.5)) / (width - 1) + 0.5).clip(0, 1)
    return ((values - center) / width + 0.5).clip(0, 1)


@pytest.mark.parametrize("function", [None, *FUNCTIONS])
def test_a_window_ends_at_0_and_1(write_dicom: WriteDicom, function: str | None) -> None:
    path = write_dicom(pixels=RAMP, WindowCenter=1000, WindowWidth=500, VOILUTFunction=function)
    expected = by_formula(RAMP, 1000, 500, function or "LINEAR")
    np.testing.assert_allclose(read(path), expected, atol=1e-6)


def test_of_several_windows_the_first_counts(write_dicom: WriteDicom) -> None:
    path = write_dicom(pixels=RAMP, WindowCenter=[1000, 9, 8], WindowWidth=[500, 7, 6])
    np.testing.assert_allclose(read(path), by_formula(RAMP, 1000, 500), atol=1e-6)


def test_a_window_is_one_of_rescaled_signed_and_turned_values(write_dicom: WriteDicom) -> None:
    signed = RAMP.astype(np.int16) - 1500
    window = {"WindowCenter": -200, "WindowWidth": 800}
    np.testing.assert_allclose(
        read(write_dicom(pixels=signed, **window)), by_formula(signed, -200, 800), atol=1e-6
    )
    rescaled = read(write_dicom(pixels=signed, RescaleSlope=2.5, RescaleIntercept=-7, **window))
    np.testing.assert_allclose(rescaled, by_formula(signed * 2.5 - 7, -200, 800), atol=1e-6)
    turned = read(write_dicom(pixels=signed, PhotometricInterpretation="MONOCHROME1", **window))
    np.testing.assert_allclose(turned, 1 - by_formula(signed, -200, 800), atol=1e-6)


def lut(entries: list[int], first: int, depth: int, vr: str = "US") -> Any:
    sequence = item(LUTDescriptor=[len(entries), first, depth])
    sequence[0]["LUTDescriptor"].VR = "US" if first >= 0 else "SS"
    sequence[0].add_new("LUTData", vr, entries if vr == "US" else np.asarray(entries, "<u2").tobytes())
    return sequence


@pytest.mark.parametrize(("depth", "top"), [(8, 255), (12, 4095), (16, 65535)])
@pytest.mark.parametrize("vr", ["US", "OW"])
def test_a_table_comes_before_a_window(write_dicom: WriteDicom, depth: int, top: int, vr: str) -> None:
    entries = [(n * n) % (top + 1) for n in range(700)]
    path = write_dicom(
        pixels=RAMP, VOILUTSequence=lut(entries, 400, depth, vr), WindowCenter=1000, WindowWidth=500
    )
    expected = np.array([entries[min(max(int(value) - 400, 0), 699)] for value in RAMP.ravel()]) / top
    np.testing.assert_allclose(read(path), expected.reshape(SIZE, SIZE), atol=1e-6)


@pytest.mark.parametrize("count", [700, 701])
@pytest.mark.parametrize("vr", ["OW", "US"])
def test_two_entries_may_share_a_word(write_dicom: WriteDicom, count: int, vr: str) -> None:
    entries = np.arange(count + count % 2, dtype="<u2").astype(np.uint8)
    packed = lut(entries.view("<u2").tolist(), 400, 8, vr)
    packed[0].LUTDescriptor = [count, 400, 8]
    expected = entries[(RAMP.astype(int) - 400).clip(0, count - 1)] / 255
    np.testing.assert_allclose(read(write_dicom(pixels=RAMP, VOILUTSequence=packed)), expected, atol=1e-6)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_a_table_reads_alike_in_other_encodings(
    write_dicom: WriteDicom, tmp_path: Path, syntax: pydicom.uid.UID
) -> None:
    entries = list(range(0, 4096, 4))
    signed = RAMP.astype(np.int16) - 600
    expected = read(write_dicom(pixels=signed, VOILUTSequence=lut(entries, -500, 12)))
    pixels = signed if syntax.is_little_endian else signed.byteswap()
    dataset = mr_image(pixels, VOILUTSequence=lut(entries, -500, 12))
    dataset.PixelRepresentation = 1
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(
        tmp_path / "other",
        implicit_vr=syntax.is_implicit_VR,
        little_endian=syntax.is_little_endian,
        enforce_file_format=True,
    )
    np.testing.assert_array_equal(read(tmp_path / "other"), expected)
    assert 0 < expected.mean() < 1


def test_frames_have_their_own_windows_or_share_one(write_dicom: WriteDicom) -> None:
    values = np.stack([RAMP, RAMP])
    own = [
        item(FrameVOILUTSequence=item(WindowCenter=center, WindowWidth=500, VOILUTFunction="SIGMOID"))[0]
        for center in (800, 2000)
    ]
    common = {"pixels": values, "NumberOfFrames": 2, "WindowCenter": 5, "WindowWidth": 5}
    for number, center in enumerate((800, 2000)):
        slices = read(write_dicom(**common, PerFrameFunctionalGroupsSequence=own), (1, 2))
        np.testing.assert_allclose(slices[number], by_formula(RAMP, center, 500, "SIGMOID"), atol=1e-6)
    shared = item(FrameVOILUTSequence=item(WindowCenter=900, WindowWidth=100))
    for slice_ in read(write_dicom(**common, SharedFunctionalGroupsSequence=shared), (1, 2)):
        np.testing.assert_allclose(slice_, by_formula(RAMP, 900, 100), atol=1e-6)


def test_frames_that_percentiles_scale_are_reported_where_a_window_was_asked_for(
    write_dicom: WriteDicom,
) -> None:
    own = [item(FrameVOILUTSequence=item(WindowCenter=800, WindowWidth=width))[0] for width in (500, 0)]
    path = write_dicom(pixels=np.stack([RAMP, RAMP]), NumberOfFrames=2, PerFrameFunctionalGroupsSequence=own)
    assert [reading.windowless for reading in read_frames(path, (1, 2), SIZE, "header")] == [False, True]
    assert not any(reading.windowless for reading in read_frames(path, (1, 2), SIZE))


def broken(write_dicom: WriteDicom, old: bytes, new: bytes, **tags: Any) -> Path:
    """A file in which bytes took the place of others, as pydicom would not write them."""
    path = write_dicom(pixels=RAMP, **tags)
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    return path


@pytest.mark.parametrize("number", [b"nan ", b"inf ", b"-inf", b"0   ", b"-9  ", b"x y ", b"    ", b"\\5  "])
def test_a_window_that_is_none_leaves_the_percentiles(write_dicom: WriteDicom, number: bytes) -> None:
    path = broken(write_dicom, b"5432", number, WindowCenter=100, WindowWidth=5432)
    np.testing.assert_array_equal(read(path), read_dicom(path, [1], SIZE)[0])


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"WindowCenter": 100},
        {"WindowCenter": 100, "WindowWidth": 50, "VOILUTFunction": "CUBIC"},
        {"VOILUTSequence": item(LUTExplanation="empty")},
        {"VOILUTSequence": []},
        {"VOILUTSequence": lut([0, 1], 0, 0)},
        {"VOILUTSequence": lut([5, 999], 0, 8)},
    ],
)
def test_what_says_no_values_of_interest_leaves_the_percentiles(
    write_dicom: WriteDicom, tags: dict[str, Any]
) -> None:
    path = write_dicom(pixels=RAMP, **tags)
    np.testing.assert_array_equal(read(path), read_dicom(path, [1], SIZE)[0])


@pytest.mark.parametrize(("count", "depth"), [(300, 16), (300, 8), (6, 16)])
def test_a_broken_table_leaves_the_window(write_dicom: WriteDicom, count: int, depth: int) -> None:
    short = lut([1, 2, 3], 0, depth)
    short[0].LUTDescriptor = [count, 0, depth]
    path = write_dicom(pixels=RAMP, VOILUTSequence=short, WindowCenter=1000, WindowWidth=500)
    np.testing.assert_allclose(read(path), by_formula(RAMP, 1000, 500), atol=1e-6)


def test_a_window_that_shows_nothing_is_stated(write_dicom: WriteDicom) -> None:
    path = write_dicom(pixels=RAMP, WindowCenter=50_000, WindowWidth=10)
    assert read(path) == "a constant image in the window of its header"


@pytest.mark.parametrize(
    "folder", ["siemens_t1_sag_2d", "philips_shoulder_t1", "philips_enhanced_t1_sag", "siemens_dwi"]
)
def test_real_windows_are_shown_as_pydicom_shows_them(shared: Path, folder: str) -> None:
    path = next((shared / "dicom" / folder).iterdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(path)
        values = dataset.pixel_array
        if groups := dataset.get("PerFrameFunctionalGroupsSequence"):
            values = values[0]
            dataset.update(groups[0].PixelValueTransformationSequence[0])
            dataset.update(groups[0].FrameVOILUTSequence[0])
        shown = apply_voi_lut(apply_modality_lut(values, dataset), dataset)
    highest = (2**dataset.BitsStored - 1) * float(dataset.get("RescaleSlope", 1))
    (slice_,) = read_dicom(path, [1], values.shape[0], "header")
    np.testing.assert_allclose(slice_, shown / highest, atol=1e-6)
