"""Candidates made of the trials that a store holds: which repeats are complete, which trials count."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from harness.selection.candidates import Candidate, ComparisonKey, Fold, Repeat
from harness.tracking.run_reader import SweepRuns, TrialRun


def candidates_of(runs: Iterable[SweepRuns]) -> list[Candidate]:
    """Return every candidate of the sweeps, in their order, even one without a complete repeat."""
    candidates = []
    for sweep in runs:
        by_digest: dict[str, list[TrialRun]] = defaultdict(list)
        for trial in sweep.trials:
            by_digest[trial.candidate].append(trial)
        candidates += [_candidate(sweep, trials) for trials in by_digest.values()]
    return candidates


def folds_of(sweep: SweepRuns) -> set[int]:
    """Return the folds of a repeat; in an older store, which does not say, those that trials have reached."""
    return set(range(sweep.folds)) or {trial.fold for trial in sweep.trials}


def _candidate(sweep: SweepRuns, trials: Sequence[TrialRun]) -> Candidate:
    return Candidate(
        sweep=sweep.name,
        comparison_key=_comparison_key(sweep),
        digest=trials[0].candidate,
        settings=trials[0].settings,
        repeats=_complete_repeats(trials, folds_of(sweep)),
        planned=int(sweep.tags["repeats"]),
    )


def _comparison_key(sweep: SweepRuns) -> ComparisonKey:
    return ComparisonKey(
        protocol=sweep.protocol,
        dataset=sweep.tags["dataset"],
        data_digest=sweep.tags["data_digest"],
        folds=len(folds_of(sweep)),
        seed=int(sweep.params["seed"]),
    )


def _complete_repeats(trials: Sequence[TrialRun], folds: set[int]) -> tuple[Repeat, ...]:
    stopped = {_suggestion(trial) for trial in trials if "stopped_early" in trial.tags}
    finished: dict[int, dict[int, TrialRun]] = defaultdict(dict)
    for trial in trials:
        # What a suggestion has that was stopped may be its lucky part; others with its settings are whole.
        if trial.status == "FINISHED" and _suggestion(trial) not in stopped:
            finished[trial.repeat].setdefault(trial.fold, trial)
    return tuple(
        _repeat(number, [by_fold[fold] for fold in sorted(folds)])
        for number, by_fold in sorted(finished.items())
        if set(by_fold) == folds
    )


def _suggestion(trial: TrialRun) -> tuple[str, str]:
    return trial.group, trial.tags.get("suggestion", "")


def _repeat(number: int, trials: Sequence[TrialRun]) -> Repeat:
    return Repeat(
        number=number,
        protocol=trials[0].protocol,
        folds=tuple(Fold(trial.fold, trial.identity, trial.predictions) for trial in trials),
    )
