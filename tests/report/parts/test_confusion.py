from io import BytesIO, StringIO

import numpy as np
import pandas as pd
from matplotlib.image import imread

from harness.report.parts.confusion import confusion_csv, confusion_png

CONFUSION = np.array([[10, 0, 1], [0, 8, 0], [1, 1, 21]])
GRADES = ("II", "III", "IV")


def test_csv_reads_back() -> None:
    table = pd.read_csv(StringIO(confusion_csv(CONFUSION, GRADES)), index_col=0)
    assert list(table.index) == list(table.columns) == list(GRADES)
    assert table.to_numpy().tolist() == CONFUSION.tolist()


def test_the_picture_shades_the_share_of_each_row() -> None:
    picture = imread(BytesIO(confusion_png(np.array([[4, 0], [0, 400]]), ("a", "b"))))
    dark = (picture[..., :3].sum(axis=2) < 1.0).mean()
    assert dark > 0.1, "a full row is dark, however few its slices"
    assert imread(BytesIO(confusion_png(np.zeros((2, 2), dtype=np.int64), ("a", "b")))).size
