import numpy as np
import pytest
from helpers.made_sweeps import curves

from harness.report.parts.paper.curves import FIGURES, draw_curves, learning_curves

TRIALS = [curves("a"), curves("b"), curves("c")]
SHOWN = {
    "figure4": ["train/net1", "train/net2"],
    "figure5": ["train/syn12"],
    "figure6": ["validation/net1", "validation/net2"],
}


@pytest.mark.parametrize(("stem", "set_name", "kind"), [figure[:3] for figure in FIGURES])
def test_each_figure_draws_the_mean_and_range_of_its_networks(stem: str, set_name: str, kind: str) -> None:
    accuracy, loss = draw_curves(learning_curves(TRIALS, set_name, kind)).axes
    for axes, measure, scale in ((accuracy, "accuracy", 100), (loss, "loss", 1)):
        assert [line.get_label() for line in axes.lines] == [name.split("/")[1] for name in SHOWN[stem]]
        for line, band, name in zip(axes.lines, axes.collections, SHOWN[stem], strict=True):
            values = scale * np.stack([trial[f"{name}/{measure}"] for trial in TRIALS])
            np.testing.assert_allclose(line.get_ydata(), values.mean(axis=0))
            assert list(line.get_xdata()) == [1, 2, 3, 4, 5], "epochs count from 1"
            (path,) = band.get_paths()
            for epoch, low, high in zip(range(1, 6), values.min(axis=0), values.max(axis=0), strict=True):
                edges = path.vertices[path.vertices[:, 0] == epoch][:, 1]
                assert (edges.min(), edges.max()) == pytest.approx((low, high))


def test_a_divergence_is_marked_and_blanks_neither_figure() -> None:
    """A loss that grows past all others to infinity, then a network of NaN, in one trial of three."""
    lost = curves("b")
    lost["train/net2/loss"] = [1.0, 9.0, 1e30, np.inf, np.nan]
    found = learning_curves([curves("a"), lost, curves("c")], "train", "net")
    [loss] = [curve for curve in found if (curve.network, curve.measure) == ("net2", "loss")]
    assert loss.diverged == 4
    assert {curve.diverged for curve in found} == {4, None}
    others = np.stack([curves(name)["train/net2/loss"] for name in "ac"])
    np.testing.assert_allclose(loss.mean[3:], others.mean(axis=0)[3:])
    _, right = draw_curves(found).axes
    assert right.get_yscale() == "log"
    assert [text.get_text() for text in right.texts] == ["net2 diverged"]
    assert np.isfinite(right.get_ylim()).all()
