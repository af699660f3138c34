import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import torch
from made_dicom import WriteDicom, item, mr_image
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from harness.data.pixels import PixelsError, prepare_slice, read_dicom, read_image


def ramp(height: int, width: int) -> np.ndarray:
    return np.linspace(0, 4000, height * width).reshape(height, width)


def test_resizing_is_torchs_antialiased_bilinear() -> None:
    values = np.random.default_rng(0).uniform(0, 1000, (300, 300))
    low, high = np.percentile(values, [0.5, 99.5])
    scaled = torch.from_numpy(((values - low) / (high - low)).clip(0, 1)).float()[None, None]
    expected = torch.nn.functional.interpolate(scaled, (128, 128), mode="bilinear", antialias=True)[0, 0]
    result = prepare_slice(values, 1.0, 128)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected.numpy(), atol=1e-5)


def test_scaling_is_robust_against_a_bright_spot() -> None:
    values = ramp(128, 128)
    spotted = values.copy()
    spotted[0, :5] = 1e9
    assert np.abs(prepare_slice(values, 1.0, 128) - prepare_slice(spotted, 1.0, 128))[1:].max() < 0.01
    assert prepare_slice(values, 1.0, 128).min() == 0
    assert prepare_slice(values, 1.0, 128).max() == 1


def test_a_sparse_image_is_scaled_by_its_range() -> None:
    values = np.zeros((128, 128))
    values[3, 4] = 7
    assert prepare_slice(values, 1.0, 128)[3, 4] == 1


def test_oblong_images_and_pixels_are_padded_in_the_middle() -> None:
    tall = prepare_slice(ramp(256, 128) + 1e4, 1.0, 128)
    assert not tall[:, :32].any()
    assert not tall[:, 96:].any()
    assert tall[64:, 32:96].all()
    np.testing.assert_array_equal(prepare_slice(ramp(128, 128), 2.0, 128)[:, :32], 0)
    assert prepare_slice(ramp(128, 128), 0.5, 128)[40, 40] == pytest.approx(
        float(prepare_slice(ramp(128, 128), 1.0, 128)[17, 40]), abs=0.05
    )


@pytest.mark.parametrize("values", [np.full((9, 9), 3), np.full((9, 9), np.nan), np.zeros((2, 9, 9))])
def test_images_without_contents_are_refused(values: np.ndarray) -> None:
    with pytest.raises(PixelsError):
        prepare_slice(values, 1.0, 128)


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


def test_what_cannot_be_decoded_gives_a_reason(write_dicom: WriteDicom, tmp_path: Path) -> None:
    path = write_dicom()
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    dataset.save_as(path)
    path.write_bytes(path.read_bytes()[:-9000])
    assert read(path).startswith("pixels cannot be decoded")
    assert read(write_dicom(pixels=np.full((96, 96), 5, np.uint16))) == "a constant image"
    assert read(tmp_path / "none").startswith("the file cannot be read")


def test_images_are_read_in_grey(tmp_path: Path) -> None:
    values = ramp(100, 100).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    np.testing.assert_allclose(read_image(tmp_path / "deep.png", 128), prepare_slice(values, 1.0, 128))
    grey = np.repeat((values / 16).astype(np.uint8)[..., None], 3, axis=2)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    np.testing.assert_allclose(read_image(tmp_path / "grey.png", 128), prepare_slice(grey[..., 0], 1.0, 128))
    grey[0, 0, 0] += 9
    Image.fromarray(grey).save(tmp_path / "colour.png")
    assert read_image(tmp_path / "colour.png", 128) == "a colour image"
    (tmp_path / "bad.png").write_text("none")
    assert str(read_image(tmp_path / "bad.png", 128)).startswith("the image cannot be decoded")


@pytest.mark.parametrize("mode", ["LA", "P", "RGBA", "CMYK"])
def test_palettes_and_transparency_are_no_grey_values(tmp_path: Path, mode: str) -> None:
    values = (np.arange(100 * 100) % 251).astype(np.uint8).reshape(100, 100)
    grey = Image.fromarray(values)
    stored = grey.convert("RGB").quantize(256) if mode == "P" else grey.convert("RGB").convert(mode)
    stored.save(tmp_path / "a.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif", 128), prepare_slice(values, 1.0, 128))
    mask = Image.new("L", (100, 100))
    mask.paste(255, (40, 40, 60, 60))
    mask.convert("RGB").convert("RGBA" if mode == "LA" else mode).save(tmp_path / "mask.tif")
    cut = prepare_slice(values, 1.0, 128, (slice(40, 60), slice(40, 60)))
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif", 128, tmp_path / "mask.tif"), cut)


def test_real_compressed_and_enhanced_files_decode(shared: Path) -> None:
    folder = shared / "dicom"
    compressed = next((folder / "unknown_t2_sag_j2k").iterdir())
    assert read(compressed).shape == (128, 128)
    enhanced = next((folder / "philips_enhanced_t1_sag").iterdir())
    assert [slice_.shape for slice_ in read(enhanced, tuple(range(1, 9)))] == [(128, 128)] * 8


def test_a_missing_decoder_is_said_with_its_package(write_dicom: WriteDicom) -> None:
    path = write_dicom()
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = JPEGLSLossless
    dataset.PixelData = encapsulate([b"\xff\xd8" + bytes(100)])
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(path)
    script = (
        "import sys; sys.modules.update(dict.fromkeys(['pylibjpeg', 'libjpeg', 'jpeg_ls', 'gdcm'])); "
        "from pathlib import Path; from harness.data.pixels import read_dicom; "
        f"print(read_dicom(Path({str(path)!r}), [1], 128)[0])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert (
        said
        == "pixels cannot be decoded: JPEG-LS Lossless Image Compression needs pip install pylibjpeg[all]\n"
    )
