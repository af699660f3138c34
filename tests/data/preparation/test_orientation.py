"""However a slice is stored, it is prepared in the display of its plane.

Pictures are sampled from a head that is a formula of the patient's axes, so what a slice is to look like
follows from where its pixels lie and from no flip.
"""

from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from helpers.made_dicom import WriteDicom, item, mr_image
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from harness.data.dicom.frame_elements import Orientation, orientation
from harness.data.dicom.pixels import decode_frame
from harness.data.preparation.normalise import Slice, prepare_slice
from harness.data.preparation.orientation import DISPLAY, display_turn, displayed
from harness.data.preparation.reading import Reading, read_frames
from harness.data.series.slice_record import records_of_file

LEFT, BACK, HEAD = np.eye(3)
# what a radiologist sees: where the rows of pixels lead, and where the columns lead
USUAL = {"sagittal": (BACK, -HEAD), "coronal": (LEFT, -HEAD), "axial": (LEFT, BACK)}
SHAPE, SPACING = (96, 72), (1.0, 1.6)


class Stored(NamedTuple):
    """A slice through the middle of the head: directions of rows and columns, pixels and their size."""

    row: np.ndarray
    column: np.ndarray
    pixels: np.ndarray
    spacing: tuple[float, float]

    @property
    def tags(self) -> dict[str, Any]:
        cosines = [float(value) for value in np.round([*self.row, *self.column], 6)]
        return {"ImageOrientationPatient": cosines, "PixelSpacing": list(self.spacing)}


def stored(
    row: np.ndarray,
    column: np.ndarray,
    shape: tuple[int, int] = SHAPE,
    spacing: tuple[float, float] = SPACING,
) -> Stored:
    down, across = ((np.arange(n) - (n - 1) / 2) * step for n, step in zip(shape, spacing, strict=True))
    x, y, z = np.moveaxis(across[:, None] * row + down[:, None, None] * column, -1, 0)
    waves = 300 * np.sin(x / 17 + 0.3) + 400 * np.sin(y / 13) + 350 * np.cos(z / 19 + 1)
    head = 2000 + 9 * x + 6 * y + 4 * z + waves
    return Stored(row, column, np.round(head).astype(np.uint16), spacing)


def every_storage(row: np.ndarray, column: np.ndarray) -> list[Stored]:
    """The eight ways to store one slice."""
    ways = []
    for swapped, up, back in product((False, True), (1, -1), (1, -1)):
        shape, spacing = (SHAPE[::-1], SPACING[::-1]) if swapped else (SHAPE, SPACING)
        first, second = (column, row) if swapped else (row, column)
        ways.append(stored(up * first, back * second, shape, spacing))
    return ways


def read(path: Path, window: Any = "percentiles") -> Reading:
    (reading,) = read_frames(path, [1], 128, window)
    return reading


def picture(usual: Stored) -> Slice:
    return prepare_slice(usual.pixels, usual.spacing[0] / usual.spacing[1], 128)


def test_the_display_is_that_of_radiologists() -> None:
    assert {plane: [list(d) for d in pair] for plane, pair in DISPLAY.items()} == {
        plane: [list(d) for d in pair] for plane, pair in USUAL.items()
    }


@pytest.mark.parametrize("plane", USUAL)
def test_eight_ways_to_store_a_slice_give_one_picture(write_dicom: WriteDicom, plane: str) -> None:
    usual, *others = every_storage(*USUAL[plane])
    reading = read(write_dicom(pixels=usual.pixels, **usual.tags))
    np.testing.assert_array_equal(reading.pixels, picture(usual))  # bit for bit what is stored
    assert reading.display == "usual"
    for other in others:
        reading = read(write_dicom(pixels=other.pixels, **other.tags))
        np.testing.assert_array_equal(reading.pixels, picture(usual))
        assert reading.display == "turned"


angles = st.floats(-20, 20)


@settings(deadline=None)
@given(st.sampled_from(sorted(USUAL)), st.tuples(angles, angles, angles))
def test_an_oblique_slice_is_shown_as_the_plane_that_it_is_nearest_to(
    plane: str, degrees: tuple[float, float, float]
) -> None:
    turn = Rotation.from_euler("xyz", degrees, degrees=True)
    usual, *others = every_storage(*turn.apply(USUAL[plane]))
    for other in (usual, *others):
        frame, display = displayed(decode_frame(mr_image(other.pixels, **other.tags), 1))
        assert display == ("usual" if other is usual else "turned")
        assert frame.pixel_size == SPACING
        np.testing.assert_allclose(frame.values, usual.pixels, atol=1)  # rounded to whole numbers


@settings(deadline=None)
@given(st.sampled_from(sorted(USUAL)), st.tuples(*[st.floats(-180, 180)] * 3))
@example("axial", (0.0, 0.0, 45.0))
@example("coronal", (0.0, 45.0, 0.0))
@example("sagittal", (45.0, 0.0, 0.0))
def test_the_picture_depends_on_the_slice_and_not_on_its_storage(
    plane: str, degrees: tuple[float, float, float]
) -> None:
    """Also of slices that are turned in their plane by 45 degrees, and lie between two planes."""
    row, column = Rotation.from_euler("xyz", degrees, degrees=True).apply(USUAL[plane]).round(6)
    shown = set()
    for swapped, up, back in product((False, True), (1, -1), (1, -1)):
        first, second = (column, row) if swapped else (row, column)
        turn = display_turn(Orientation((*(up * first), *(back * second))))
        assert turn is not None
        shown.add(tuple(map(tuple, np.round(turn.directions(up * first, back * second), 12) + 0.0)))
    assert len(shown) == 1


QUARTERS = {"half": 2, "clockwise": -1, "counterclockwise": 1}


def moved(pixels: np.ndarray, how: str) -> np.ndarray:
    flips = {"mirrored": np.fliplr, "upside down": np.flipud, "transposed": np.transpose}
    if how == "transposed the other way":
        return np.rot90(pixels.T, 2)
    return flips[how](pixels) if how in flips else np.rot90(pixels, QUARTERS[how])


@pytest.mark.parametrize(
    ("cosines", "how"),
    [
        ([-1, 0, 0, 0, -1, 0], "half"),  # axial, prone as the table sees it
        ([0, 1, 0, -1, 0, 0], "clockwise"),  # axial, decubitus as the table sees it
        ([0, -1, 0, 1, 0, 0], "counterclockwise"),  # axial, decubitus on the other side
        ([-1, 0, 0, 0, 1, 0], "mirrored"),  # axial, feet first as seen from the head; neurological display
        ([1, 0, 0, 0, -1, 0], "upside down"),  # axial, rows of NIfTI, which run to the front, as DICOM
        ([-1, 0, 0, 0, 0, -1], "mirrored"),  # coronal, LIA: FreeSurfer's conformed volumes as DICOM
        ([1, 0, 0, 0, 0, 1], "upside down"),  # coronal, rows of NIfTI
        ([0, 0, -1, 1, 0, 0], "transposed"),  # coronal, frequency and phase exchanged
        ([0, -1, 0, 0, 0, -1], "mirrored"),  # sagittal, the face on the right
        ([0, 1, 0, 0, 0, 1], "upside down"),  # sagittal, rows of NIfTI
        ([0, 0, -1, 0, 1, 0], "transposed"),  # sagittal, frequency and phase exchanged
        ([0, 0, 1, 0, -1, 0], "transposed the other way"),
        ([0, 0, -1, 0, -1, 0], "clockwise"),  # sagittal, a console's display turned by a quarter
        ([0.0174, -0.9998, 0, 0, 0, 1], "half"),  # sagittal, a degree off
        ([0, -1.5, 0, 0, 0, 1.2], "half"),  # sagittal, directions that are not of length one
    ],
)
def test_storages_of_consoles_and_converters(write_dicom: WriteDicom, cosines: list[float], how: str) -> None:
    pixels = stored(*USUAL["sagittal"]).pixels
    reading = read(write_dicom(pixels=pixels, ImageOrientationPatient=cosines, PixelSpacing=[1, 1.6]))
    aspect = 1 / 1.6 if moved(pixels, how).shape == SHAPE else 1.6
    assert reading.display == "turned"
    np.testing.assert_array_equal(reading.pixels, prepare_slice(moved(pixels, how), aspect, 128))


@pytest.mark.parametrize(
    ("letters", "how"),
    [
        (["P", "F"], ""),
        (["PF", "FA"], ""),  # oblique: the first letter counts
        (["A", "F"], "mirrored"),
        (["P", "H"], "upside down"),
        (["F", "P"], "transposed"),
        (["L", "A"], "upside down"),
    ],
)
def test_letters_serve_where_there_are_no_cosines(
    write_dicom: WriteDicom, letters: list[str], how: str
) -> None:
    pixels = stored(*USUAL["sagittal"]).pixels
    for cosines in (None, [0, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0]):
        path = write_dicom(
            pixels=pixels, ImageOrientationPatient=cosines, PatientOrientation=letters, PixelSpacing=[1, 1]
        )
        reading = read(path)
        assert reading.display == ("turned" if how else "usual")
        expected = moved(pixels, how) if how else pixels
        np.testing.assert_array_equal(reading.pixels, prepare_slice(expected, 1.0, 128))


@pytest.mark.parametrize(
    "letters", [None, ["P", "A"], ["RO", "D"], ["LE", "PR"], "PF", ["P", ""], ["X", "F"]]
)
def test_what_nothing_orients_is_left_as_it_is_stored(write_dicom: WriteDicom, letters: Any) -> None:
    pixels = stored(*USUAL["sagittal"]).pixels
    reading = read(
        write_dicom(
            pixels=pixels,
            ImageOrientationPatient=None,
            PatientOrientation=letters,
            SeriesDescription="SAG T1",
            PixelSpacing=[1, 1],
        )
    )
    assert reading.display == "unknown"
    np.testing.assert_array_equal(reading.pixels, prepare_slice(pixels, 1.0, 128))


def plane_of(cosines: list[float]) -> Any:
    return item(PlaneOrientationSequence=item(ImageOrientationPatient=cosines))[0]


def test_frames_have_their_own_orientation_or_share_one(write_dicom: WriteDicom) -> None:
    pixels = stored(*USUAL["sagittal"]).pixels
    own = [plane_of([0, 1, 0, 0, 0, -1]), plane_of([0, 1, 0, 0, 0, 1]), plane_of([0, 0, -1, 0, 1, 0])]
    common = {"pixels": np.stack([pixels] * 3), "NumberOfFrames": 3, "ImageOrientationPatient": None}
    for tags, hows in (
        ({"PerFrameFunctionalGroupsSequence": own}, ["", "upside down", "transposed"]),
        ({"SharedFunctionalGroupsSequence": [plane_of([0, -1, 0, 0, 0, -1])]}, ["mirrored"] * 3),
    ):
        path = write_dicom(**common, **tags)
        for reading, how in zip(read_frames(path, (1, 2, 3), 128), hows, strict=True):
            expected = moved(pixels, how) if how else pixels
            np.testing.assert_array_equal(reading.pixels, prepare_slice(expected, 1.0, 128))
            assert reading.display == ("turned" if how else "usual")


@pytest.mark.parametrize(
    ("tags", "plane", "turn"),
    [
        (
            {"SharedFunctionalGroupsSequence": [plane_of([-1, 0, 0, 0, 0, -1])]},
            "coronal", (False, False, True),
        ),
        (
            {"PerFrameFunctionalGroupsSequence": item(PlaneOrientationSequence=item()),
             "ImageOrientationPatient": [0, 1, 0, 0, 0, 1]},
            "sagittal", (False, True, False),
        ),
        (
            {"ImageOrientationPatient": [1, 0, 0, 1, 0, 0], "PatientOrientation": ["R", "F"]},
            "coronal", (False, False, True),
        ),
        (  # files that were converted keep what fits no group of theirs in a group of its own
            {"SharedFunctionalGroupsSequence": item(UnassignedSharedConvertedAttributesSequence=item(
                ImageOrientationPatient=[0, 1, 0, 1, 0, 0]))},
            "axial", (True, False, False),
        ),
    ],
)  # fmt: skip
def test_a_record_names_the_plane_in_whose_display_the_slice_is_shown(
    write_dicom: WriteDicom, tags: dict[str, Any], plane: str, turn: tuple[bool, ...]
) -> None:
    path = write_dicom(**tags)
    (record,) = records_of_file(path.parent, path.name)
    assert record.nearest_plane == plane
    assert display_turn(orientation(mr_image(**tags), 1)) == turn
    assert read(path).display == "turned"


def test_padding_window_and_inversion_go_with_the_pixels(write_dicom: WriteDicom) -> None:
    usual, *others = every_storage(*USUAL["sagittal"])
    for window in ("percentiles", "header"):
        shown = []
        for each in (usual, *others):
            pixels = each.pixels.copy()
            pixels[pixels < 1500] = 7
            tags = {"PixelPaddingValue": 7, "PhotometricInterpretation": "MONOCHROME1"}
            path = write_dicom(pixels=pixels, **each.tags, **tags, WindowCenter=2000, WindowWidth=900)
            shown.append(read(path, window).pixels)
        assert (shown[0] == 0).mean() > 0.2
        for other in shown[1:]:
            np.testing.assert_array_equal(other, shown[0])
