import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from helpers.made_dicom import mr_image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended, generate_fragments
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from harness.data.dicom.codestream import Size
from harness.data.dicom.pixel_integrity import length_problem, stored_problem

SIZE = Size(96, 112, 1)
WHOLE = 96 * 112 * 2
DIFFER = "pixel data and header differ in length"
APART = "compressed frames that cannot be told apart"
OTHER_SIZE = "a compressed image of another size than its header says"


@pytest.mark.parametrize(
    ("held", "frames", "bits", "problem"),
    [
        (WHOLE - 1, 1, 16, "pixel data cut short"),
        (WHOLE, 2, 16, "pixel data cut short"),
        (WHOLE, 1, 16, ""),
        (WHOLE + 96 * 2, 1, 16, ""),
        (WHOLE + 96 * 2 + 1, 1, 16, DIFFER),
        (WHOLE, 1, 8, DIFFER),
        (WHOLE * 2, 1, 16, DIFFER),
        (WHOLE / 16 + 1, 1, 1, ""),
        (math.inf, 1, 16, DIFFER),
    ],
)
def test_pixels_are_padded_by_a_row_at_most(held: float, frames: int, bits: int, problem: str) -> None:
    assert length_problem(held, SIZE, frames, bits) == problem


@pytest.mark.parametrize(
    ("tags", "problem"),
    [
        ({}, ""),
        ({"HighBit": None}, ""),
        ({"BitsStored": None}, ""),
        ({"BitsStored": 12, "HighBit": 11}, ""),
        ({"BitsStored": 12, "HighBit": 15}, "bits stored in an unusual place"),
        ({"BitsStored": 16, "HighBit": 11}, "bits stored in an unusual place"),
        ({"Columns": 48}, DIFFER),
        ({"Rows": 48}, DIFFER),
        ({"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}, DIFFER),
        ({"NumberOfFrames": 2}, "pixel data cut short"),
    ],
)
def test_what_contradicts_the_header_is_a_problem(tags: dict[str, Any], problem: str) -> None:
    assert stored_problem(mr_image(**tags)) == problem


def test_frames_that_no_header_counts_are_refused() -> None:
    assert stored_problem(mr_image(np.zeros((3, 96, 96), np.uint16))) == DIFFER


def compressed(syntax: str, frames: int = 3) -> Dataset:
    values = np.random.default_rng(0).integers(0, 4000, (frames, 96, 112), np.uint16)
    dataset = mr_image(values, NumberOfFrames=frames)
    dataset.compress(syntax)
    return dataset


def images(dataset: Dataset) -> list[bytes]:
    """The frames, without the table of offsets."""
    return list(generate_fragments(dataset.PixelData))[1:]


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
@pytest.mark.parametrize("tabled", [True, False])
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda frames: frames, ""),
        (lambda frames: frames[1:], APART),
        (lambda frames: [*frames, frames[0]], APART),
        (lambda frames: [frames[0], frames[1], frames[1][400:]], APART),
        (lambda _: [], APART),
    ],
)
def test_as_many_frames_as_the_header_says_must_be_there(
    syntax: str, tabled: bool, change: Callable[[list[bytes]], list[bytes]], problem: str
) -> None:
    dataset = compressed(syntax)
    dataset.PixelData = encapsulate(change(images(dataset)), has_bot=tabled)
    assert stored_problem(dataset) == problem


@pytest.mark.parametrize("tabled", [True, False])
def test_frames_may_be_in_pieces(tabled: bool) -> None:
    dataset = compressed(JPEG2000Lossless)
    dataset.PixelData = encapsulate(images(dataset), fragments_per_frame=4, has_bot=tabled)
    assert stored_problem(dataset) == ""
    dataset.NumberOfFrames = 2
    assert stored_problem(dataset) == APART


def test_an_extended_table_of_offsets_tells_frames_apart() -> None:
    dataset = compressed(JPEG2000Lossless)
    content, offsets, lengths = encapsulate_extended(images(dataset))
    dataset.PixelData, dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = (
        content,
        offsets,
        lengths,
    )
    assert stored_problem(dataset) == ""
    dataset.ExtendedOffsetTable = offsets[8:]
    dataset.ExtendedOffsetTableLengths = lengths[8:]
    assert stored_problem(dataset) == APART


@pytest.mark.parametrize(
    ("syntax", "tags"),
    [
        (JPEG2000Lossless, {"Rows": 112, "Columns": 96}),
        (JPEG2000Lossless, {"Rows": 95}),
        (RLELossless, {"Columns": 56}),
        (RLELossless, {"Rows": 48}),
    ],
)
def test_a_compressed_image_has_the_size_of_its_header(syntax: str, tags: dict[str, int]) -> None:
    dataset = compressed(syntax)
    dataset.update(dict(tags))
    assert stored_problem(dataset) == OTHER_SIZE


def test_signed_values_under_an_unsigned_header_are_refused() -> None:
    values = np.random.default_rng(0).integers(-2000, 2000, (96, 112), np.int16)
    dataset = mr_image(values, PixelRepresentation=1)
    dataset.compress(JPEG2000Lossless)
    assert stored_problem(dataset) == ""
    dataset.PixelRepresentation = 0
    assert "signed values" in stored_problem(dataset)
    unsigned = compressed(JPEG2000Lossless)
    unsigned.PixelRepresentation = 1  # real files have it, and pydicom reads them right
    assert stored_problem(unsigned) == ""


@pytest.mark.parametrize("content", [bytes(96 * 96 * 2), b"", encapsulate([bytes(500)])])
def test_pixels_that_are_not_compressed_as_the_syntax_says_are_refused(content: bytes) -> None:
    dataset = mr_image()
    dataset.file_meta.TransferSyntaxUID = JPEGLSLossless
    dataset.PixelData = content
    assert stored_problem(dataset) == APART


@pytest.mark.parametrize("keyword", ["Rows", "Columns", "SamplesPerPixel", "BitsAllocated"])
def test_elements_of_another_kind_are_no_numbers(keyword: str) -> None:
    dataset = mr_image()
    dataset.add_new(keyword, "OB", b"\0\1")
    with pytest.raises(ValueError, match="invalid literal"):
        stored_problem(dataset)
