import json
from dataclasses import dataclass

import numpy as np
import pytest
from helpers.made_sweeps import sdl, sweep_of, trial

from harness.evaluation.estimate import Estimate
from harness.evaluation.intervals import Interval
from harness.report.document import Document, Figure, Note, PValue, Section, Table
from harness.report.plain import plain
from harness.selection.best import choose

NAN = float("nan")


@dataclass(frozen=True)
class Points:
    name: str
    counts: np.ndarray


def test_a_report_reads_back_from_json_with_every_number_unrounded() -> None:
    third = Estimate((1 / 3, 2 / 3), Interval(0.1, 0.9))
    table = Table(("model", "accuracy", "p"), (("a", third, PValue(1 / 7)), ("b", None, None)), stem="t")
    figure = Figure("f", [Points("a", np.eye(2))], drawing=lambda _: pytest.fail("JSON draws nothing"))
    section = Section("Whole", (Section("Part", (table, figure, Note("so"))),))
    data = Document("a", Table(("sweep", "a"), ()), (section,)).as_dict()
    data = json.loads(json.dumps(data, allow_nan=False))
    ((part,),) = [section["contents"] for section in data["sections"]]
    assert (data["title"], part["title"]) == ("a", "Part")
    read, drawn, note = part["contents"]
    assert [content["kind"] for content in part["contents"]] == ["table", "figure", "note"]
    assert (read["stem"], read["columns"]) == ("t", ["model", "accuracy", "p"])
    name, accuracy, p = read["rows"][0]
    assert name == "a"
    spread = np.std([1 / 3, 2 / 3], ddof=1)
    assert accuracy.pop("values") == [1 / 3, 2 / 3]
    assert accuracy == pytest.approx({"mean": 0.5, "spread": spread, "low": 0.1, "high": 0.9})
    assert p == {"p": 1 / 7}
    assert read["rows"][1] == ["b", None, None]
    assert drawn["data"] == [{"name": "a", "counts": [[1.0, 0.0], [0.0, 1.0]]}]
    assert note == {"kind": "note", "text": "so"}


def test_undefined_numbers_are_null() -> None:
    undefined = plain(Estimate((NAN,), Interval(NAN, NAN)))
    assert undefined == {"mean": None, "spread": None, "low": None, "high": None, "values": [None]}
    assert plain({"a": [NAN, float("inf"), np.float64("nan"), np.array([1.5, NAN])]}) == {
        "a": [None, None, None, [1.5, None]]
    }


def test_a_choice_names_no_folder_of_a_machine() -> None:
    choice = choose([sweep_of([trial(sdl(3, weights="/home/someone/secret/net.pt"), [30, 30])])])
    section = Section("The chosen λ", (choice,))
    data = Document("a", Table(("sweep", "a"), ()), (section,)).as_dict()
    (content,) = data["sections"][0]["contents"]
    assert content["chosen"]["settings"]["weights"] == "net.pt"
    assert "secret" not in json.dumps(data)
    assert content["kind"] == "choice"
    assert content["chosen"]["test"]["mean"] == choice.as_dict()["chosen"]["test"]["mean"]


def test_what_json_does_not_take_is_refused() -> None:
    with pytest.raises(TypeError, match="set is nothing that a report holds"):
        plain({"a": {1, 2}})
