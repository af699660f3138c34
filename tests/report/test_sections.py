"""What a report holds of which sweeps."""

import json

from helpers.made_sweeps import (
    COLLECTION,
    sdl,
    sweep_of,
    trial,
)
from helpers.reports import PAPER_SWEEP, PATIENTS_SWEEP, built

from harness.report.rendering.choice import choice_text
from harness.report.sources import Sources
from harness.selection.best import choose


def test_the_choice_in_json_is_what_sdl_best_prints() -> None:
    report = built([PAPER_SWEEP])
    ((choice, _),) = report.parts("λ, and the rule that chose it")
    assert choice.pop("kind") == "choice"
    expected = choose([PAPER_SWEEP])
    assert choice == json.loads(json.dumps(expected.as_dict()))
    assert f"```text\n{choice_text(expected)}\n```" in report.text


def test_provenance_names_code_time_and_trials() -> None:
    found = built([PAPER_SWEEP]).provenance()
    assert found["code"] == ["0.2.0+abc1234"]
    assert found["time"] == ["12 min 34 s"]
    assert found["trials"] == ["6 finished"]
    assert found["folds"] == ["1"]


def test_slices_that_may_not_be_shared_are_not_shown() -> None:
    report = built([PAPER_SWEEP], Sources(collections={"d1": COLLECTION}, pictures=False))
    assert not any(heading.startswith("Figure 8") for heading in report.headings(3))


def test_choices_come_first_then_both_protocols_then_each_then_the_collection() -> None:
    report = built([PAPER_SWEEP, PATIENTS_SWEEP])
    paper, patients = "rotocol `paper`, dataset `generated`", "rotocol `patients`, dataset `generated`"
    assert report.headings(2) == [
        f"The chosen λ: p{paper}, seed 7",
        f"The chosen λ: p{patients}, 2 folds, seed 7",
        "Both protocols, dataset `generated`, seed 7 by slice and 2 folds, seed 7 by patient",
        f"P{paper}, seed 7",
        f"P{patients}, 2 folds, seed 7",
        "The collection `generated`",
    ]
    both = report.sections[report.headings(2)[2]]
    assert list(both) == ["What leakage is worth", "The paper's table 2 under both protocols"]
    assert report.headings(1) == ["demo, folds"]


def test_a_candidate_alone_is_not_compared_and_a_note_says_so() -> None:
    report = built([sweep_of([trial(sdl(3), [30, 30])])])
    ((note,),) = report.parts("Is the chosen candidate better?")
    assert note["text"].startswith("There is nothing to compare it with")


def test_sweeps_of_other_folds_have_sections_and_estimates_of_their_own() -> None:
    sweeps = [
        sweep_of(
            [
                trial(sdl(weight), [25, 25], protocol="patients", fold=fold, sweep=f"of{folds}")
                for weight in (1, 3)
                for fold in range(folds)
            ],
            folds=folds,
        )
        for folds in (2, 3)
    ]
    report = built(sweeps)
    for folds in (2, 3):
        assert f"Protocol `patients`, dataset `generated`, {folds} folds, seed 7" in report.headings(2)
    choices = [choice for choice, _ in report.parts("λ, and the rule that chose it")]
    assert [choice["nested"]["picks"] for choice in choices] == [[1.0] * 2, [1.0] * 3]
    assert report.provenance()["folds"] == ["2", "3"]
    assert report.provenance()["seed"] == ["7", "7"]


def test_the_head_of_a_store_without_folds_has_those_of_its_trials() -> None:
    assert PATIENTS_SWEEP.folds == 0
    assert built([PATIENTS_SWEEP]).provenance()["folds"] == ["2"]


def test_a_sweep_in_which_nothing_finished_is_reported() -> None:
    trials = [trial(sdl(3), [0, 0], status="FAILED")]
    report = built([sweep_of(trials)])
    assert report.provenance()["trials"] == ["1 failed"]
    ((table, *_),) = report.parts("Candidates")
    assert table["rows"] == [["SDL alexnet, λ 3", "0/1", None, None, None]]
    assert list(report.sections) == [
        "Protocol `paper`, dataset `generated`, seed 7",
        "The collection `generated`",
    ]
