import numpy as np
import pytest
from helpers.made_sweeps import GRADES, rows, sdl, single, sweep_of, trial
from sklearn.calibration import calibration_curve

from harness.evaluation.clustered import with_clusters
from harness.report.parts.measures.calibration import (
    ReliabilityDiagram,
    draw_calibration,
    reliability,
    reliability_diagrams,
)
from harness.selection.from_runs import candidates_of


def test_the_bins_are_those_of_scikit_learn() -> None:
    table = rows("test", [42], 42)
    probabilities = np.random.default_rng(3).dirichlet([0.6, 0.6, 0.6], size=42)
    table[[f"net1_{grade}" for grade in GRADES]] = probabilities
    diagram = reliability("SDL", with_clusters([table], ["net1"], "slice_id"))
    confidence = probabilities.max(axis=1)
    right = np.array(GRADES)[probabilities.argmax(axis=1)] == table["true_class"].to_numpy()
    accuracy, sure = calibration_curve(right, confidence, n_bins=10)
    assert diagram.accuracy == pytest.approx(list(accuracy))
    assert diagram.confidence == pytest.approx(list(sure))
    counts, _ = np.histogram(confidence, bins=10, range=(0, 1))
    assert diagram.share == pytest.approx(list(counts[counts > 0] / 42))


def test_a_system_has_the_slices_of_all_its_repeats() -> None:
    trials = [trial(sdl(3), [30, 35]), trial(sdl(3), [40, 20], repeat=1), trial(single(), [25])]
    systems = dict(zip(("SDL", "single"), candidates_of([sweep_of(trials, repeats=2)]), strict=True))
    of_sdl, of_single = reliability_diagrams(systems)
    # `trial` is 0.8 sure of every slice.
    assert (of_sdl.name, of_sdl.share) == ("SDL", [1])
    assert of_sdl.confidence == pytest.approx([0.8])
    assert of_sdl.accuracy == pytest.approx([(35 + 40) / 84])
    assert of_single.accuracy == pytest.approx([25 / 42])


def test_dots_stand_at_confidence_and_accuracy_and_grow_with_their_share() -> None:
    diagrams = [
        ReliabilityDiagram("SDL", confidence=[0.45, 0.95], accuracy=[0.2, 0.7], share=[0.25, 0.75]),
        ReliabilityDiagram("single", confidence=[0.65], accuracy=[0.6], share=[1.0]),
    ]
    panels = [axes for axes in draw_calibration(diagrams).axes if axes.get_visible()]
    assert [axes.get_title() for axes in panels] == ["SDL", "single"]
    axes = panels[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("sure (%)", "right (%)")
    (dots,) = axes.collections
    diagonal, line = (np.asarray(each.get_xydata()) for each in axes.lines)
    np.testing.assert_allclose(np.asarray(dots.get_offsets()), [[45, 20], [95, 70]])
    np.testing.assert_allclose(line, [[45, 20], [95, 70]])
    np.testing.assert_allclose(diagonal, [[0, 0], [100, 100]])
    small, large = dots.get_sizes()
    assert large > 2 * small
