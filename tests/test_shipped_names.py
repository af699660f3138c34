from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.shipped import find, names


def test_a_path_a_name_of_the_working_directory_and_a_shipped_name_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "datasets" / "paper" / "own.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("source: dicom\n")
    assert find("datasets", str(own)) == own
    assert find("datasets", "paper/own").resolve() == own
    assert find("datasets", "rembrandt").read_text().startswith("# REMBRANDT")
    assert {"paper/own", "rembrandt", "generated", "tcga_lgg"} <= set(names("datasets"))


def test_the_working_directory_comes_before_the_shipped_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "generated.yaml").write_text("mine")
    assert find("datasets", "generated").read_text() == "mine"


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(HarnessError, match="did you mean 'rembrandt'"):
        find("datasets", "rembrant")


def test_other_kinds_have_their_own_suffix() -> None:
    assert find("results/paper", "table1a", ".csv").name == "table1a.csv"
