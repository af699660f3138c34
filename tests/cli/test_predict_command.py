"""``sdl predict`` with a model in a folder."""

import json
import socket
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from helpers.made_dicom import mr_image
from helpers.made_models import made_model, rule
from helpers.workplace import Workplace

from harness.cli import main


@pytest.fixture
def ward(empty: Workplace) -> Workplace:
    """A folder with a model, ``model``, and a slice, ``slice.dcm``."""
    made_model(empty.folder / "model", rule())
    pixels = np.random.default_rng(0).integers(0, 4000, (96, 96), dtype=np.uint16)
    mr_image(pixels).save_as(empty.folder / "slice.dcm", enforce_file_format=True)
    return empty


def test_a_file_of_json_holds_what_is_printed(ward: Workplace) -> None:
    result = ward.sdl("predict", "model", "slice.dcm", "--json", "--out", "new/answers.json")
    [answers] = (ward.folder / "new").iterdir()
    assert json.loads(answers.read_text()) == json.loads(result.stdout)
    assert str(Path("new/answers.json")) in result.stderr


@pytest.mark.parametrize(
    ("out", "message"), [("a.txt", ".csv or .json"), ("slice.dcm/a.csv", "written there")]
)
def test_an_unusable_output_is_refused_before_anything_is_read(
    ward: Workplace, out: str, message: str
) -> None:
    (ward.folder / "model/weights.pt").write_bytes(b"")
    assert message in ward.sdl("predict", "model", "slice.dcm", "--out", out, code=1).output


@pytest.mark.parametrize("model", ["modl", "./modl", "model/weights.pt", "."])
def test_what_is_neither_folder_nor_registered_is_reported_to_be_neither(ward: Workplace, model: str) -> None:
    output = ward.sdl("predict", model, "slice.dcm", code=1).output
    assert f"{model} is no folder that holds weights.pt and configuration.json" in output
    assert "no tracking store" in output


def test_a_store_that_is_away_says_nothing_of_the_name(ward: Workplace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    run = CliRunner(env={"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}"})
    with chdir(ward.folder):
        result = run.invoke(main, ["predict", "grader", "slice.dcm"])
    assert result.exit_code == 1
    assert f"127.0.0.1:{port}" in result.output
    assert "no tracking store answers" in result.output
    assert "no registered model" not in result.output
    assert "no folder" not in result.output


def test_slices_without_a_uid_are_no_copies_of_each_other(ward: Workplace) -> None:
    (ward.folder / "scan").mkdir()
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 4000, (96, 96), dtype=np.uint16)
        mr_image(pixels, SOPInstanceUID=None).save_as(ward.folder / f"scan/{number}.dcm")
    answers = json.loads(ward.sdl("predict", "model", "scan", "--allow-any", "--json").stdout)
    assert [row["slice_id"] for row in answers["slices"]] == ["slice 1", "slice 2", "slice 3"]
    assert len({row["probability_II"] for row in answers["slices"]}) == 3
    assert answers["excluded"] == {}
