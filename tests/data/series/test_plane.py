import math

import numpy as np
import pytest

from harness.data.series.plane import nearest_plane, plane_from_letters, plane_from_words, slice_offset


@pytest.mark.parametrize(
    ("orientation", "plane"),
    [
        ([1, 0, 0, 0, 1, 0], "axial"),
        ([0, 1, 0, 0, 0, -1], "sagittal"),
        ([1, 0, 0, 0, 0, -1], "coronal"),
        ([-0.0698, 0.9976, 0, 0, 0, -1], "sagittal"),
    ],
)
def test_the_nearest_plane_is_that_of_the_normal(orientation: list[float], plane: str) -> None:
    nearest = nearest_plane(orientation)
    assert nearest is not None
    assert nearest[0] == plane
    assert nearest[1] < 5


@pytest.mark.parametrize("degrees", [0, 10, 24.9, 25.1, 40])
def test_the_angle_is_that_of_a_turn_of_the_slice(degrees: float) -> None:
    turn = math.radians(degrees)
    nearest = nearest_plane([math.sin(turn), math.cos(turn), 0, 0, 0, -1])
    assert nearest is not None
    assert nearest == ("sagittal", pytest.approx(degrees, abs=1e-6))


@pytest.mark.parametrize(
    "orientation", [[], [1, 0, 0], [0] * 6, [1, 0, 0, 1, 0, 0], [math.nan] * 6, [9, 0, 0, 0, 9, 0]]
)
def test_six_numbers_that_are_no_directions_give_no_plane(orientation: list[float]) -> None:
    assert nearest_plane(orientation) is None


def test_letters_and_words_name_the_plane_too() -> None:
    assert plane_from_letters(["A", "F"]) == "sagittal"
    assert plane_from_letters(["L", "PF"]) == "axial"
    assert plane_from_letters(["R", "H"]) == "coronal"
    assert plane_from_letters(["L"]) == "unknown"
    assert plane_from_words(["NA", "T1 SAG"]) == "sagittal"
    assert plane_from_words(["ax and cor", ""]) == "unknown"


@pytest.mark.parametrize(
    ("text", "plane"),
    [
        ("T1SAG", "sagittal"), ("3DSAG", "sagittal"), ("T1WSAG", "sagittal"), ("T1AX", "axial"),
        ("Sagittal T1 corpus callosum", "sagittal"), ("SAG T1 cord", "sagittal"),
        ("SAG corona radiata", "sagittal"), ("frontal lobe T1", "unknown"), ("lobe frontal T1", "unknown"),
        ("cortical", "unknown"), ("message", "unknown"), ("T1 frontal", "coronal"),
        ("T1 coronale", "coronal"), ("cort1", "coronal"), ("COR_FS", "coronal"),
    ],
)  # fmt: skip
def test_a_description_names_a_plane_and_no_part_of_the_brain(text: str, plane: str) -> None:
    assert plane_from_words([text]) == plane


TILTED = [-0.0698, 0.9976, 0, 0, 0, -1]


@pytest.mark.parametrize(
    "orientation", [[0, 1, 0, 0, 0, -1], TILTED, [1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, -1]]
)
@pytest.mark.parametrize("rows", [1, -1])
@pytest.mark.parametrize("columns", [1, -1])
def test_the_offset_is_that_along_the_normal_however_the_slice_is_stored(
    orientation: list[float], rows: int, columns: int
) -> None:
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    normal = np.cross(row, column)
    normal = normal / np.linalg.norm(normal)
    normal *= np.sign(normal[np.abs(normal).argmax()])
    for offset in (-31.25, 0, 12.5):
        position = normal * offset + 120 * row - 90 * column  # of any pixel of the slice
        stored = [*(rows * row), *(columns * column)]
        assert slice_offset(stored, position.tolist()) == pytest.approx(offset, abs=1e-3)


@pytest.mark.parametrize(
    ("orientation", "position"), [([], [0, 0, 0]), (TILTED, []), (TILTED, [0, 0, math.inf])]
)
def test_without_orientation_or_position_there_is_no_offset(
    orientation: list[float], position: list[float]
) -> None:
    assert slice_offset(orientation, position) is None
