import numpy as np
import pytest
from helpers.made_sweeps import curves

from harness.report.parts.curves import TITLES, curve_figure

TRIALS = [curves("a"), curves("b"), curves("c")]


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        ("figure4", ["train/net1", "train/net2"]),
        ("figure5", ["train/syn12"]),
        ("figure6", ["validation/net1", "validation/net2"]),
    ],
)
def test_each_figure_draws_the_mean_and_range_of_its_networks(figure: str, shown: list[str]) -> None:
    name, kind, _ = TITLES[figure]
    accuracy, loss = curve_figure(TRIALS, name, kind).axes
    for axes, measure, scale in ((accuracy, "accuracy", 100), (loss, "loss", 1)):
        assert [line.get_label() for line in axes.lines] == [part.split("/")[1] for part in shown]
        for line, band, part in zip(axes.lines, axes.collections, shown, strict=True):
            values = scale * np.stack([trial[f"{part}/{measure}"] for trial in TRIALS])
            np.testing.assert_allclose(line.get_ydata(), values.mean(axis=0))
            assert list(line.get_xdata()) == [1, 2, 3, 4, 5], "epochs are logged from 0 and told from 1"
            (path,) = band.get_paths()
            assert (path.vertices[:, 0].min(), path.vertices[:, 0].max()) == (1, 5)
            assert path.vertices[:, 1].min() == pytest.approx(values.min())
            assert path.vertices[:, 1].max() == pytest.approx(values.max())
