import numpy as np
import pytest

from harness.phantom.shapes import Field, capsule, coverage, ellipsoid, union


def _points(*points: tuple[float, float, float]) -> Field:
    return np.array(points, dtype=np.float32).T[:, None]


def test_an_ellipsoid_with_equal_axes_is_a_sphere() -> None:
    points = _points((1, 2, 3), (4, 2, 3), (1, 12, 3), (1, 2, -17))
    assert ellipsoid(points, (1, 2, 3), (5, 5, 5))[0, 1:] == pytest.approx([-2, 5, 15], abs=1e-5)


def test_the_distance_to_an_ellipsoid_is_exact_on_its_surface_and_near_it_to_first_order() -> None:
    points = _points((3, 0, 0), (0, 8, 0), (0, 0, 1), (3.1, 0, 0), (0, 7.9, 0))
    assert ellipsoid(points, (0, 0, 0), (3, 8, 1))[0] == pytest.approx([0, 0, 0, 0.1, -0.1], abs=5e-3)


def test_a_capsule_narrows_from_end_to_end() -> None:
    points = _points((3, 0, 0), (3, 0, 10), (3, 0, 5), (0, 0, 14), (0, 0, -6))
    assert capsule(points, (0, 0, 0), (0, 0, 10), (3, 1))[0] == pytest.approx([0, 2, 1, 3, 3], abs=1e-5)


def test_a_union_holds_both_solids_and_is_exact_away_from_the_seam() -> None:
    first, second = np.array([-3.0, 20.0, 1.0]), np.array([30.0, -4.0, 1.0])
    assert union(first, second, 4.0) == pytest.approx([-3, -4, 0])


def test_coverage_is_full_inside_half_on_the_edge_and_none_outside() -> None:
    assert coverage(np.array([-5.0, 0.0, 5.0]), 2.0) == pytest.approx([1, 0.5, 0])
