import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from helpers.made_dicom import WriteDicom, item, mr_image
from helpers.read_slices import read_dicom
from pydicom.encaps import encapsulate, generate_fragments
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from harness.data.preparation.normalise import Window, prepare_slice


def ramp(height: int, width: int) -> np.ndarray:
    return np.linspace(0, 4000, height * width).reshape(height, width)


def read(path: Path, frames: tuple[int, ...] = (1,)) -> Any:
    results = read_dicom(path, frames, 128)
    return results if len(frames) > 1 else results[0]


def test_pixels_of_a_file_are_rescaled_and_signed(write_dicom: WriteDicom) -> None:
    values = ramp(96, 96).astype(np.int16) - 2000
    plain = read(write_dicom(pixels=values))
    np.testing.assert_allclose(plain, prepare_slice(values, 1.0, 128))
    np.testing.assert_allclose(
        read(write_dicom(pixels=values, RescaleSlope=2, RescaleIntercept=-7)), plain, atol=1e-6
    )
    falling = read(write_dicom(pixels=values, RescaleSlope=-1, RescaleIntercept=0))
    np.testing.assert_allclose(falling, 1 - plain, atol=1e-6)


@pytest.mark.parametrize(
    ("stated", "slope"),
    [
        ({"RescaleSlope": None, "RescaleIntercept": 7}, 1),
        ({"RescaleSlope": -2, "RescaleIntercept": None}, -2),
        ({}, 1),
    ],
)
def test_an_empty_rescaling_changes_nothing(
    write_dicom: WriteDicom, stated: dict[str, Any], slope: int
) -> None:
    values = ramp(96, 96).astype(np.uint16)
    path = write_dicom(pixels=values)
    dataset = pydicom.dcmread(path)
    for keyword in ("RescaleSlope", "RescaleIntercept"):
        setattr(dataset, keyword, stated.get(keyword))  # None is written as an empty element
    dataset.save_as(path)
    np.testing.assert_allclose(read(path), prepare_slice(values * float(slope), 1.0, 128), atol=1e-6)


def test_monochrome1_is_turned(write_dicom: WriteDicom) -> None:
    values = ramp(96, 96).astype(np.uint16)
    turned = read(write_dicom(pixels=values, PhotometricInterpretation="MONOCHROME1"))
    np.testing.assert_allclose(turned, 1 - read(write_dicom(pixels=values)), atol=1e-6)


def test_a_modality_lut_is_applied(write_dicom: WriteDicom) -> None:
    values = (np.arange(96 * 96) % 4).reshape(96, 96).astype(np.uint16)
    lut = item(LUTDescriptor=[4, 0, 16], LUTData=[0, 10, 1000, 5000], ModalityLUTType="US")
    lut[0]["LUTDescriptor"].VR = "US"
    lut[0]["LUTData"].VR = "US"
    expected = prepare_slice(np.array([0, 10, 1000, 5000])[values], 1.0, 128)
    np.testing.assert_allclose(read(write_dicom(pixels=values, ModalityLUTSequence=lut)), expected)


def test_spacing_that_differs_stretches_and_nonsense_does_not(write_dicom: WriteDicom) -> None:
    values = ramp(96, 96).astype(np.uint16)
    np.testing.assert_array_equal(
        read(write_dicom(pixels=values, PixelSpacing=[1, 2])), prepare_slice(values, 0.5, 128)
    )
    for nonsense in ([0, 0], [1, 99], [1, 1.005]):
        np.testing.assert_array_equal(
            read(write_dicom(pixels=values, PixelSpacing=nonsense)), prepare_slice(values, 1.0, 128)
        )


@pytest.mark.parametrize(
    ("tags", "aspect"),
    [
        ({"PixelSpacing": None, "PixelAspectRatio": [2, 1]}, 2.0),
        ({"PixelSpacing": None, "PixelAspectRatio": [1, 2]}, 0.5),
        ({"PixelSpacing": [0, 0], "PixelAspectRatio": [2, 1]}, 2.0),
        ({"PixelSpacing": [1, 1], "PixelAspectRatio": [2, 1]}, 1.0),
        ({"PixelSpacing": None, "PixelAspectRatio": [1, 0]}, 1.0),
        ({"PixelSpacing": None}, 1.0),
    ],
)
def test_a_ratio_stretches_where_there_is_no_spacing(
    write_dicom: WriteDicom, tags: dict[str, Any], aspect: float
) -> None:
    values = ramp(96, 96).astype(np.uint16)
    np.testing.assert_array_equal(
        read(write_dicom(pixels=values, **tags)), prepare_slice(values, aspect, 128)
    )


def padded_slices(kind: Any, fill: int) -> tuple[np.ndarray, np.ndarray]:
    """A slice whose first rows are filled up, and by formula what it should look like."""
    values = (ramp(128, 128) + 500).astype(kind)
    values[:30] = fill
    low, high = np.percentile(values[30:], [0.5, 99.5])
    expected = ((values - low) / (high - low)).clip(0, 1)
    expected[:30] = 0
    return values, expected


@pytest.mark.parametrize(
    ("kind", "fill", "tags"),
    [
        (np.int16, -2000, {"PixelPaddingValue": -2000}),
        (np.int16, -2000, {"PixelPaddingValue": 63_536}),  # as if pixels were unsigned
        (np.uint16, 63_536, {"PixelPaddingValue": -2000}),
        (np.uint16, 9000, {"PixelPaddingValue": 9000}),
        (np.int16, -30, {"PixelPaddingValue": -100, "PixelPaddingRangeLimit": -20}),
        (np.int16, -30, {"PixelPaddingValue": -20, "PixelPaddingRangeLimit": -100}),
        (np.uint16, 0, {"PixelPaddingValue": 0, "PhotometricInterpretation": "MONOCHROME1"}),
    ],
)
@pytest.mark.parametrize("rescaling", [{}, {"RescaleSlope": 3, "RescaleIntercept": -5}])
def test_padding_is_background_and_decides_nothing(
    write_dicom: WriteDicom, kind: Any, fill: int, tags: dict[str, Any], rescaling: dict[str, int]
) -> None:
    values, expected = padded_slices(kind, fill)
    path = write_dicom(pixels=values, **rescaling)
    dataset = pydicom.dcmread(path)
    for keyword, value in tags.items():
        if isinstance(value, int):
            dataset.add_new(keyword, "SS" if value < 0 else "US", value)
        else:
            setattr(dataset, keyword, value)
            expected[30:] = 1 - expected[30:]
    dataset.save_as(path)
    np.testing.assert_allclose(read(path), expected, atol=1e-6)


def test_padding_is_background_in_a_window_too(write_dicom: WriteDicom) -> None:
    values, _ = padded_slices(np.uint16, 9000)
    path = write_dicom(pixels=values, PixelPaddingValue=9000, WindowCenter=2500.5, WindowWidth=501)
    expected = ((values - 2250.0) / 500).clip(0, 1)
    expected[:30] = 0
    np.testing.assert_allclose(read_dicom(path, [1], 128, "header")[0], expected, atol=1e-6)


@pytest.mark.parametrize("window", ["percentiles", "header"])
def test_a_slice_of_nothing_but_padding_is_constant(write_dicom: WriteDicom, window: Window) -> None:
    values = np.full((96, 96), 9, np.uint16)
    values[4:] = 7
    tags = {"PixelPaddingValue": 7, "PixelPaddingRangeLimit": 9, "WindowCenter": 8, "WindowWidth": 4}
    assert str(read_dicom(write_dicom(pixels=values, **tags), [1], 128, window)[0]).startswith(
        "a constant image"
    )


def test_frames_have_their_own_rescaling(write_dicom: WriteDicom) -> None:
    values = np.stack([ramp(96, 96), ramp(96, 96)]).astype(np.uint16)
    own = [
        item(PixelValueTransformationSequence=item(RescaleSlope=s, RescaleIntercept=0))[0] for s in (1, -1)
    ]
    path = write_dicom(pixels=values, NumberOfFrames=2, PerFrameFunctionalGroupsSequence=own)
    first, second = read(path, (1, 2))
    np.testing.assert_allclose(second, 1 - first, atol=1e-6)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
def test_compressed_pixels_decode_alike(write_dicom: WriteDicom, syntax: str) -> None:
    values = ramp(96, 96).astype(np.uint16)
    path = write_dicom(pixels=values)
    plain = read(path)
    dataset = pydicom.dcmread(path)
    dataset.compress(syntax)
    dataset.save_as(path)
    np.testing.assert_array_equal(read(path), plain)


def test_encodings_that_pydicom_ships_an_image_in_decode_alike() -> None:
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    plain = read(folder / "MR_small.dcm")
    others = ("RLE", "bigendian", "implicit", "jp2klossless", "jpeg_ls_lossless")
    for name in others:
        np.testing.assert_array_equal(read(folder / f"MR_small_{name}.dcm"), plain)


def test_a_deflated_file_and_one_without_preamble_decode_alike(
    write_dicom: WriteDicom, tmp_path: Path
) -> None:
    path, other = write_dicom(), tmp_path / "other"
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.save_as(other)
    np.testing.assert_array_equal(read(other), read(path))
    other.write_bytes(path.read_bytes()[132:])
    np.testing.assert_array_equal(read(other), read(path))


@pytest.mark.parametrize(("implicit", "little"), [(True, True), (False, True), (False, False)])
def test_a_data_set_that_names_no_transfer_syntax_is_decoded(
    write_dicom: WriteDicom, tmp_path: Path, implicit: bool, little: bool
) -> None:
    values = ramp(96, 96).astype(np.uint16)
    bare = pydicom.Dataset(mr_image(values if little else values.byteswap()))
    with (tmp_path / "bare").open("wb") as file:
        pydicom.dcmwrite(file, bare, implicit_vr=implicit, little_endian=little)
    np.testing.assert_array_equal(read(tmp_path / "bare"), read(write_dicom(pixels=values)))


def test_no_slice_comes_of_pixels_that_contradict_their_header(write_dicom: WriteDicom) -> None:
    values = np.stack([ramp(96, 112)] * 3).astype(np.uint16)
    assert read(write_dicom(pixels=values, Columns=56)) == "pixel data and header differ in length"
    shifted = write_dicom(pixels=values[0] << 4, BitsStored=12, HighBit=15)
    assert read(shifted) == "bits stored in an unusual place"
    path = write_dicom(pixels=values, NumberOfFrames=3)
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    frames = list(generate_fragments(dataset.PixelData))[1:]
    dataset.PixelData = encapsulate(frames[1:])
    dataset.save_as(path)
    assert read(path, (1, 2, 3)) == ["compressed frames that cannot be told apart"] * 3


def test_a_deflated_file_is_measured_too(write_dicom: WriteDicom) -> None:
    path = write_dicom(Columns=48)
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.save_as(path)
    assert read(path) == "pixel data and header differ in length"


@pytest.mark.parametrize("name", ["MR_small_jp2klossless", "MR_small_jpeg_ls_lossless"])
def test_a_compressed_image_that_claims_to_be_huge_is_never_decoded(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a"
    content = (Path(pydicom.__file__).parent / "data" / "test_files" / f"{name}.dcm").read_bytes()
    place = re.search(rb"\xff\x4f\xff\x51.{4}|\xff\xf7.{3}", content, re.DOTALL)
    assert place
    huge = b"\0\0\x9c\x40" * 2 if name.startswith("MR_small_jp2") else b"\xea\x60" * 2
    path.write_bytes(content[: place.end()] + huge + content[place.end() + len(huge) :])
    assert read(path) == "a compressed image of another size than its header says"


def test_what_cannot_be_decoded_gives_a_reason(write_dicom: WriteDicom, tmp_path: Path) -> None:
    path = write_dicom()
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    dataset.save_as(path)
    path.write_bytes(path.read_bytes()[:-9000])
    assert read(path).startswith("pixels cannot be decoded")
    assert read(write_dicom(pixels=np.full((96, 96), 5, np.uint16))) == "a constant image"
    assert read(tmp_path / "none").startswith("the file cannot be read")


def test_real_compressed_and_enhanced_files_decode(shared: Path) -> None:
    folder = shared / "dicom"
    compressed = next((folder / "unknown_t2_sag_j2k").iterdir())
    assert read(compressed).shape == (128, 128)
    enhanced = next((folder / "philips_enhanced_t1_sag").iterdir())
    assert [slice_.shape for slice_ in read(enhanced, tuple(range(1, 9)))] == [(128, 128)] * 8


@pytest.mark.parametrize(
    ("name", "absent", "reason"),
    [
        # readable by pylibjpeg, not by Pillow (pydicom 3.0.2, Pillow 13.0.0, pylibjpeg 2.1.0)
        ("JPGExtended", ["pylibjpeg"], "pillow refuses this JPEG Extended (Process 2 and 4)"),
        ("GDCMJ2K_TextGBR", ["pylibjpeg"], "pillow refuses this JPEG 2000 Image Compression (Lossless Only)"),
        # readable by neither
        ("JPEG-lossy", ["pylibjpeg"], "pillow refuses this JPEG Extended (Process 2 and 4)"),
        ("JPEG-lossy", [], "pillow and pylibjpeg refuse this JPEG Extended (Process 2 and 4)"),
    ],
)  # fmt: skip
def test_an_image_that_one_decoder_refuses_names_the_others(
    name: str, absent: list[str], reason: str
) -> None:
    path = Path(pydicom.__file__).parent / "data" / "test_files" / f"{name}.dcm"
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({[*absent, 'gdcm', 'jpeg_ls']!r})); "
        "from pathlib import Path; from harness.data.dicom.pixels import decode_frame, read_dataset; "
        f"decode_frame(read_dataset(Path({str(path)!r})), 1)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    others = "pylibjpeg[all] or python-gdcm" if absent else "python-gdcm"
    assert run.stderr.splitlines()[-1] == (
        f"harness.data.dicom.pixels.PixelsError: pixels cannot be decoded: {reason}; "
        f"another decoder may read it: pip install {others}"
    )


def test_a_missing_decoder_is_stated_with_its_package(write_dicom: WriteDicom) -> None:
    path = write_dicom()
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = JPEGLSLossless
    start_of_frame = b"\xff\xf7\0\x0b\x10\0\x60\0\x60\1\1\x11\0"  # 96 × 96
    dataset.PixelData = encapsulate([b"\xff\xd8" + start_of_frame + bytes(100)])
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(path)
    script = (
        "import sys; sys.modules.update(dict.fromkeys(['pylibjpeg', 'libjpeg', 'jpeg_ls', 'gdcm'])); "
        "from pathlib import Path; from harness.data.preparation.reading import read_frames; "
        f"print(read_frames(Path({str(path)!r}), [1], 128)[0].pixels)"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert (
        said
        == "pixels cannot be decoded: JPEG-LS Lossless Image Compression needs pip install pylibjpeg[all]\n"
    )
