from io import BytesIO, StringIO

import numpy as np
import pandas as pd
from helpers.made_sweeps import GRADES, sdl, single, sweep_of, trial
from matplotlib.axes import Axes
from matplotlib.image import imread
from sklearn.metrics import confusion_matrix

from harness.report.parts.measures.confusion import (
    ConfusionMatrix,
    confusion_csv,
    confusion_matrices,
    confusion_png,
    draw_confusions,
)
from harness.selection.from_runs import candidates_of

COUNTS = np.array([[10, 0, 1], [0, 8, 0], [1, 1, 21]])


def shown(axes: Axes) -> list[list[int]]:
    """The counts where they stand: rows from above, columns from the left."""
    counts = np.full((3, 3), -1)
    for text in axes.texts:
        column, row = map(int, text.get_position())
        counts[row, column] = int(text.get_text())
    return counts.tolist()


def test_csv_reads_back() -> None:
    table = pd.read_csv(StringIO(confusion_csv(COUNTS, GRADES)), index_col=0)
    assert list(table.index) == list(table.columns) == list(GRADES)
    assert table.to_numpy().tolist() == COUNTS.tolist()


def test_counts_are_of_the_slices_of_all_repeats() -> None:
    trials = [trial(sdl(3), [0, 35]), trial(sdl(3), [40, 0], repeat=1), trial(single(), [25])]
    systems = dict(zip(("SDL", "single"), candidates_of([sweep_of(trials, repeats=2)]), strict=True))
    of_sdl, of_single = confusion_matrices(systems)
    expected = np.zeros((3, 3), dtype=int)
    for each, network in zip(trials[:2], ("net2", "net1"), strict=True):  # the better one of each repeat
        test = each.predictions[each.predictions["set"] == "test"]
        labels = test[[f"{network}_{grade}" for grade in GRADES]].to_numpy().argmax(axis=1)
        expected += confusion_matrix(test["true_class"], np.array(GRADES)[labels], labels=GRADES)
    assert (of_sdl.name, of_sdl.counts.tolist()) == ("SDL", expected.tolist())
    assert (of_single.counts.trace(), of_single.counts.sum()) == (25, 42)


def test_rows_are_true_and_columns_predicted() -> None:
    matrices = [ConfusionMatrix("a", GRADES, COUNTS), ConfusionMatrix("b", GRADES, COUNTS.T)]
    panels = [axes for axes in draw_confusions(matrices).axes if axes.get_visible()]
    assert [axes.get_title() for axes in panels] == ["a", "b"]
    assert [shown(axes) for axes in panels] == [COUNTS.tolist(), COUNTS.T.tolist()]
    axes = panels[0]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true", "predicted")
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels] == list(GRADES)
    bottom, top = axes.get_ylim()
    assert bottom > top, "the first class stands above"


def test_the_shade_is_the_share_of_the_row() -> None:
    none = np.zeros((3, 3), dtype=np.int64)
    for counts, shares in ((COUNTS, COUNTS / [[11], [8], [23]]), (none, none)):
        axes = draw_confusions([ConfusionMatrix("a", GRADES, counts)]).axes[0]
        np.testing.assert_allclose(np.asarray(axes.images[0].get_array()), shares)


def test_the_artifact_is_a_png_that_grows_with_the_classes() -> None:
    height, width, _ = imread(BytesIO(confusion_png(COUNTS, GRADES))).shape
    assert (height, width) == (570, 600), "3.8 by 4 inches"
