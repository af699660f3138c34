"""Sizes against those of pydicom's own images, and against streams written out here by the standards."""

import struct
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, generate_fragmented_frames
from pydicom.pixels.decoders import RLELosslessDecoder
from pydicom.pixels.encoders import RLELosslessEncoder

from harness.data.dicom.codestream import Size, begins_an_image, has_size

FILES = Path(pydicom.__file__).parent / "data" / "test_files"
SHIPPED = (
    "MR_small_RLE", "MR_small_jp2klossless", "MR_small_jpeg_ls_lossless", "JPGExtended", "JPEG-lossy",
    "693_J2KI", "SC_rgb_jpeg_gdcm", "SC_rgb_jpeg_dcmtk", "SC_rgb_gdcm_KY", "examples_ybr_color",
    "JPEGLSNearLossless_16", "rtdose_rle", "SC_rgb_rle_2frame",
)  # fmt: skip
SIZE = Size(96, 112, 1)
SIZES = [Size(96, 112, 1), Size(112, 96, 1), Size(96, 111, 1), Size(60_000, 60_000, 1), Size(96, 112, 3)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SHIPPED)
def test_images_that_pydicom_ships_have_the_size_of_their_header(name: str) -> None:
    dataset = pydicom.dcmread(FILES / f"{name}.dcm")
    size = Size(dataset.Rows, dataset.Columns, dataset.SamplesPerPixel)
    frames = int(dataset.get("NumberOfFrames") or 1)
    images = list(generate_fragmented_frames(dataset.PixelData, number_of_frames=frames))
    assert len(images) == frames
    for first, *others in images:
        assert begins_an_image(first)
        assert not any(map(begins_an_image, others))
        assert has_size(first, size)
        assert not has_size(first, size._replace(rows=size.rows // 2))
        assert not has_size(first, size._replace(columns=size.columns // 2))


def jpeg(size: Size, marker: int) -> bytes:
    application = b"\xff\xe0" + struct.pack(">H", 6) + b"\xff\xc0\0\0"  # holds what looks like a start
    tables = b"\xff\xff\xc4" + struct.pack(">H", 5) + b"\0\0\0"
    frame = b"\xff" + bytes([marker]) + struct.pack(">HBHHB", 8 + 3 * size.samples, 12, *size)
    return b"\xff\xd8" + application + tables + frame + bytes(20)


def jpeg2000(size: Size, left: int = 0, top: int = 0, box: bytes = b"") -> bytes:
    grid = (size.columns + left, size.rows + top, left, top, 64, 64, 0, 0)
    return (
        box
        + b"\xff\x4f\xff\x51"
        + struct.pack(">HH8IH", 38 + 3 * size.samples, 0, *grid, size.samples)
        + bytes(9)
    )


@pytest.mark.parametrize("size", SIZES)
def test_an_image_is_measured_by_its_own_words(size: Size) -> None:
    box = b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 "
    images = [jpeg(size, marker) for marker in (0xC0, 0xC1, 0xC2, 0xC3, 0xF7)]
    images += [jpeg2000(size), jpeg2000(size, 16, 8), jpeg2000(size, box=box)]
    for image in images:
        assert begins_an_image(image)
        assert has_size(image, size)
        assert has_size(image, SIZE) == (size == SIZE)


@pytest.mark.parametrize(("image", "needed"), [(jpeg(SIZE, 0xC3), -20), (jpeg2000(SIZE), -9)])
def test_an_image_that_ends_before_its_size_has_none(image: bytes, needed: int) -> None:
    assert has_size(image[:needed], SIZE)
    assert not any(has_size(image[:length], SIZE) for length in range(len(image) + needed))


@pytest.mark.parametrize("image", [b"\xff\xd8" + bytes(50), b"\xff\xd8\xff\xe0\0\2" + bytes(50), bytes(100)])
def test_an_image_that_names_no_size_has_none(image: bytes) -> None:
    assert not has_size(image, SIZE)


@pytest.mark.parametrize("seed", range(5))
def test_rle_is_measured_as_pydicom_unpacks_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = (rng.integers(0, 256, (96, 112)) * (rng.random((96, 112)) < seed / 4)).astype(np.uint8)
    kind = {
        "rows": 96, "columns": 112, "bits_allocated": 8, "bits_stored": 8, "samples_per_pixel": 1,
        "number_of_frames": 1, "pixel_representation": 0, "photometric_interpretation": "MONOCHROME2",
    }  # fmt: skip
    image = RLELosslessEncoder.encode(values, encoding_plugin="pydicom", **kind)
    unpacked, _ = RLELosslessDecoder.as_array(encapsulate([image]), pixel_keyword="PixelData", **kind)
    assert unpacked.shape == SIZE[:2]
    assert has_size(image, SIZE)
    assert has_size(image + bytes(9), SIZE)
    assert not any(has_size(image, size) for size in (Size(95, 112, 1), Size(96, 111, 1), Size(96, 56, 1)))
