"""Between studies and records: a driver that dies between any two of its steps loses and doubles nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from helpers import searched, tiny
from optuna.trial import TrialState

from harness.experiment.trial import Trial
from harness.sweep.search.searches import Searches
from harness.sweep.sweep_folder import SweepManifest
from harness.tracking.records import Finish
from harness.tracking.spool import Spool


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SweepManifest:
    monkeypatch.setattr(tiny, "SPACE", searched.SPACE)
    return tiny.declare(tmp_path, "s", "repeats=2", "groups.sdl.search.stop=asha")


def epoch(accuracy: float) -> Sequence[dict[str, Any]]:
    names = ("net1", "net2", "ensemble")
    return [{"epoch": 1, "metrics": {f"validation/{name}/accuracy": accuracy for name in names}}]


def start(spool: Spool, trial: Trial) -> None:
    spool.start(trial.identity, time=0, name="", params={}, tags={}, parent="s")


def states(searches: Searches) -> list[TrialState]:
    return [trial.state for trial in searches._studies["sdl"]._study.get_trials()]


def test_killed_after_the_decision_to_stop(tmp_path: Path, declared: SweepManifest) -> None:
    spool = Spool(tmp_path / "spool")
    with Searches(declared, tmp_path, spool) as searches:
        (good, _), (bad, _) = searches.next() or (), searches.next() or ()
        for trial, accuracy, stops in ((good, 0.8, False), (bad, 0.7, True)):
            start(spool, trial)
            assert searches.trained(trial, epoch(accuracy)) == stops
    spool = Spool(tmp_path / "spool")
    with Searches(declared, tmp_path, spool) as searches:
        assert searches.next()[0] == good  # type: ignore[index]
        new = searches.next()
        assert new
        assert new[0].suggestion == 2
        assert [(each[0].suggestion, well) for each, well in searches.closed()] == [(bad.suggestion, False)]
        assert states(searches) == [TrialState.RUNNING, TrialState.PRUNED, TrialState.RUNNING]
    (_, (record, _)) = spool.pending(bad.identity)
    assert isinstance(record, Finish)
    assert (record.status, record.tags) == ("KILLED", {"stopped_early": "yes"})


def test_killed_after_the_decision_to_stop_and_ended_by_a_sync(
    tmp_path: Path, declared: SweepManifest
) -> None:
    spool = Spool(tmp_path / "spool")
    with Searches(declared, tmp_path, spool) as searches:
        (good, _), (bad, _) = searches.next() or (), searches.next() or ()
        for trial, accuracy in ((good, 0.8), (bad, 0.7)):
            start(spool, trial)
            searches.trained(trial, epoch(accuracy))
            spool.finish(trial.identity, time=1, status="KILLED")
    with Searches(declared, tmp_path, spool) as searches:
        searches.next(), searches.next()
    ends = {trial: [record for record, _ in spool.pending(trial.identity)][-1] for trial in (good, bad)}
    assert {trial: end.tags for trial, end in ends.items() if isinstance(end, Finish)} == {
        good: {},
        bad: {"stopped_early": "yes"},
    }


def test_killed_between_the_last_record_and_reporting_the_score(
    tmp_path: Path, declared: SweepManifest
) -> None:
    spool = Spool(tmp_path / "spool")
    with Searches(declared, tmp_path, spool) as searches:
        trials = searches.next() or ()
        for trial, accuracy in zip(trials, (0.5, 0.7), strict=True):
            start(spool, trial)
            searches.scored(trial, accuracy)
            spool.finish(trial.identity, time=1, status="FINISHED")
    with Searches(declared, tmp_path, Spool(tmp_path / "spool")) as searches:
        assert (searches.next() or ())[0].suggestion == 1
        assert searches.closed() == [(trials, True)]
        assert searches.closed() == []
        assert states(searches) == [TrialState.COMPLETE, TrialState.RUNNING]
        assert searches._studies["sdl"]._study.best_value == pytest.approx(0.6)
        assert (searches.done, searches.planned) == (2, 8)


def test_killed_between_a_score_and_its_record(tmp_path: Path, declared: SweepManifest) -> None:
    with Searches(declared, tmp_path, Spool(tmp_path / "spool")) as searches:
        first, second = searches.next() or ()
        searches.scored(first, 0.5)
    spool = Spool(tmp_path / "spool")
    with Searches(declared, tmp_path, spool) as searches:
        assert searches.next() == [first, second]  # its record is missing: trained again
        for trial in (first, second):
            searches.scored(trial, 0.5)
            start(spool, trial)
            spool.finish(trial.identity, time=1, status="FINISHED")
            assert list(searches.ended(trial)) == ([] if trial is first else [first, second])
