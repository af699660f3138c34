import numpy as np
import pytest
from helpers.made_sweeps import sdl, single, sweep_of, trial
from matplotlib.axes import Axes

from harness.evaluation.intervals import point
from harness.evaluation.measures import calibration_error
from harness.report.parts.matrices import calibration_figure, confusion_figure, reliability
from harness.selection.from_runs import candidates_of
from harness.selection.intervals import clustered_predictions

CANDIDATES = candidates_of(
    [sweep_of([trial(sdl(3), [30, 35]), trial(sdl(3), [40, 20], repeat=1), trial(single(), [25])], repeats=2)]
)
SYSTEMS = dict(zip(("SDL", "single"), CANDIDATES, strict=True))


def test_the_bins_give_the_expected_calibration_error() -> None:
    found = clustered_predictions(SYSTEMS["single"], "test")
    sure, right, share = reliability(found)
    assert share.sum() == pytest.approx(1)
    assert (share * np.abs(sure - right)).sum() == pytest.approx(point(found, calibration_error))


def test_a_confusion_matrix_counts_the_slices_of_all_repeats() -> None:
    visible = [axes for axes in confusion_figure(SYSTEMS).axes if axes.get_visible()]
    assert [axes.get_title() for axes in visible] == ["SDL", "single"]
    assert counts(visible[0]).trace() == 35 + 40
    assert counts(visible[0]).sum() == 84
    assert counts(visible[1]).trace() == 25


def test_calibration_is_drawn_for_every_system() -> None:
    visible = [axes for axes in calibration_figure(SYSTEMS).axes if axes.get_visible()]
    right = np.asarray(visible[1].lines[1].get_ydata())
    assert right == pytest.approx([100 * 25 / 42])


def counts(axes: Axes) -> np.ndarray:
    return np.array([int(text.get_text()) for text in axes.texts]).reshape(3, 3)
