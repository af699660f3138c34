import numpy as np
from matplotlib.axes import Axes

from harness.report.parts.paper.figure8 import pairs_figure
from harness.report.parts.paper.pairs import Pair, PredictedSlice

RIGHT = PredictedSlice("s0", "II", ("II", "II"), "II")
HALF = PredictedSlice("s1", "II", ("II", "III"), "II")
WRONG = PredictedSlice("s2", "IV", ("II", "III"), "III")
IMAGES = {f"s{number}": np.full((8, 8), number / 4, dtype=np.float32) for number in range(3)}


def words(axes: Axes) -> list[str]:
    return [axes.get_title(), *(text.get_text() for text in axes.texts)]


def test_a_slice_stands_above_its_label_and_what_is_predicted() -> None:
    figure = pairs_figure([Pair(RIGHT, HALF), Pair(HALF, WRONG)], IMAGES)
    assert [words(axes) for axes in figure.axes] == [
        ["label II", "(II, II)", "ensemble II"],
        ["label II", "(II, III ✗)", "ensemble II"],
        ["label II", "(II, III ✗)", "ensemble II"],
        ["label IV", "(II ✗, III ✗)", "ensemble III ✗"],
    ]
    assert [float(np.asarray(axes.images[0].get_array()).max()) for axes in figure.axes] == [
        0,
        0.25,
        0.25,
        0.5,
    ]


def test_pairs_of_one_class_stand_above_those_of_two() -> None:
    same, other = Pair(RIGHT, HALF), Pair(HALF, WRONG)
    figure = pairs_figure([same, same, other], IMAGES)
    titles = [panel.get_suptitle() for panel in figure.subfigs]
    assert [title for title in titles if title] == [
        "(a) synergic label 1",
        "(b) synergic label 1",
        "(c) synergic label 0",
    ]


def test_the_predictions_of_many_networks_take_several_lines() -> None:
    many = PredictedSlice(
        "s0", "oligodendroglioma", ("oligodendroglioma", "glioblastoma") * 2, "glioblastoma"
    )
    axes = pairs_figure([Pair(many, many)], IMAGES).axes[0]
    lines = words(axes)[1:]
    assert " ".join(lines[:-1]) == ("(oligodendroglioma, glioblastoma ✗, oligodendroglioma, glioblastoma ✗)")
    assert max(map(len, lines)) <= 26
