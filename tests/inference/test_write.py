"""Predictions as files: what their endings mean, and places where none can be written."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.errors import HarnessError
from harness.inference.predictions import Predictions
from harness.inference.write import check_output, json_text, write_predictions


def predictions(probability: float = 0.5) -> Predictions:
    slices = {"slice_id": ["a"], "by_network": [("II", "III")], "probability": [probability], "note": [""]}
    patients = {"patient": ["patient 1"], "slices": [1], "probability": [probability]}
    return Predictions(
        ("II", "III"), pd.DataFrame(slices), pd.DataFrame(patients), {"not sagittal: axial": 2}
    )


def test_the_ending_says_what_is_written(tmp_path: Path) -> None:
    for name, files in {"a.csv": ["a.csv", "a-patients.csv"], "a.json": ["a.json"]}.items():
        check_output(tmp_path / name)
        assert write_predictions(predictions(), "grader", tmp_path / name) == [
            tmp_path / file for file in files
        ]
    content = (tmp_path / "a.json").read_text()
    assert content == json_text(predictions(), "grader") + "\n"
    read = json.loads(content)
    assert (read["model"], read["excluded"]) == ("grader", {"not sagittal: axial": 2})
    assert read["slices"][0]["by_network"] == ["II", "III"]
    assert pd.read_csv(tmp_path / "a.csv")["by_network"].tolist() == ["(II, III)"]
    assert pd.read_csv(tmp_path / "a-patients.csv")["slices"].tolist() == [1]
    for name in ("a.csv", "a-patients.csv"):
        assert pd.read_csv(tmp_path / name)["model"].tolist() == ["grader"]
    assert len(list(tmp_path.iterdir())) == 3


def test_json_holds_no_nan() -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_text(predictions(np.nan), "grader")


@pytest.mark.parametrize("name", ["a", "a.txt", "a.csv.gz", "a.xlsx"])
def test_another_ending_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(HarnessError, match=r"\.csv or \.json"):
        check_output(tmp_path / "new" / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_is_made_where_there_is_none_and_nothing_else(tmp_path: Path) -> None:
    check_output(tmp_path / "new/deep/a.csv")
    assert not list((tmp_path / "new/deep").iterdir())


@pytest.mark.parametrize("name", ["file/a.csv", "file/deep/a.json", "a.csv"])
def test_where_nothing_can_be_written_is_stated_before_and_after(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "a-patients.csv").mkdir()
    for action in (
        lambda: check_output(tmp_path / name),
        lambda: write_predictions(predictions(), "grader", tmp_path / name),
    ):
        with pytest.raises(HarnessError, match="no predictions can be written there: "):
            action()
