"""Run a sweep, new or begun: plan, check, train what is missing, record."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
from harness.experiment.plan import load_pretrained, plan_trials, plan_variants
from harness.experiment.trial import Trial, split_of
from harness.launchers.base import JobSource, Launcher, TrialListener
from harness.models.pretrained import Weights
from harness.sweep.interruption import Interrupted, interruptible
from harness.sweep.jobs import SweepJobs
from harness.sweep.progress import Progress
from harness.sweep.recorder import Recorder
from harness.sweep.search.searches import Searches
from harness.sweep.sweep_folder import SweepFolder, SweepManifest
from harness.sweep.sweep_run import close_run, open_run, tags_of
from harness.sweep.weight_retention import WeightRetention
from harness.tracking.delivery import Delivery
from harness.tracking.run_reader import has_sweep
from harness.tracking.spool import Spool
from harness.tracking.store import Store, create_store, find_store
from harness.training.checkpoints import Checkpoints

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ending:
    """What ended a run of the driver: a signal, an error, or else that there was nothing left to train.

    Attributes:
        signal: its number, or None.
        error: in one line, or None.
    """

    signal: int | None = None
    error: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run of the driver ended.

    Attributes:
        finished: number of trials that are done.
        planned: number of trials of the sweep.
        ending: what ended it.
        waiting: records that no tracking store has taken yet.
    """

    finished: int
    planned: int
    ending: Ending
    waiting: int = 0

    @property
    def complete(self) -> bool:
        """Whether every trial is done."""
        return self.finished == self.planned


def run_sweep(
    declared: SweepManifest,
    data: PreparedData,
    results: Path,
    launcher: AbstractContextManager[Launcher],
    *,
    resume: bool,
    device: str | None,
    console: Console,
) -> Outcome:
    """Train every trial of a sweep that is not done, and record it.

    However that ends, what was trained is recorded and every run that is open is ended as KILLED: by Ctrl-C,
    by SIGTERM, and by an error of the launcher or of what records.

    Args:
        declared: the sweep.
        data: its collection.
        results: folder of all results.
        launcher: runs the trials; opened once nothing that can be checked without it is at fault.
        resume: whether the sweep exists already, as it must or must not.
        device: ``cpu`` to train on CPUs whatever the space asks for, or None.
        console: for progress.

    Raises:
        HarnessError: before anything is started, if trials do not fit on the launcher's machines, weights are
            missing, the name is taken, or another process runs this sweep.
    """
    space, folder = declared.space, SweepFolder(results, declared.name)
    store = declared.origin.open_store(results) if declared.origin else find_store(results)
    trials = plan_trials(declared.name, space, declared.data_digest)
    variants = plan_variants(declared.name, space, declared.data_digest)
    check_splits(variants, data)
    weights = load_pretrained(space)
    root = folder.checkpoints(space.storage)
    jobs = SweepJobs(space, variants, device, root)
    with launcher as opened:
        opened.capacity().check_fits(space.resources.cpus, jobs.shares)
        opened.capacity().check_storage(space.storage)
        create_store(store)
        if space.storage:
            Checkpoints(root)  # before there is a sweep
        if not resume:
            _create(folder, declared, store)
        with folder.alone():
            spool = Spool(folder.spool)
            missing = missing_trials(trials, spool)
            done = [trial.identity for trial in trials if trial not in missing]
            kept = WeightRetention(space.log_weights, Checkpoints(root), folder.path / "kept.json")
            with (
                Delivery(spool, store) as delivery,
                Progress(trials, done, console) as progress,
                Searches(declared, folder.path, spool) as searches,
            ):
                tags, planned = tags_of(declared, data), len(trials) + searches.planned
                open_run(spool, declared, tags, planned)
                progress.expect(*searches.to_come())
                recorder = Recorder(trials, tags, spool, kept, progress, searches)
                source = jobs.source(missing, searches, recorder, opened.capacity())
                work = bool(missing or searches)
                ending = _train(opened, source, data, weights, recorder) if work else Ending()
                recorder.interrupt()
                finished = len(trials) - len(missing_trials(trials, spool)) + searches.done
                outcome = Outcome(finished, planned, ending)
                close_run(spool, declared, tags, data, kept, complete=outcome.complete)
            return replace(outcome, waiting=delivery.remaining())


def check_splits(trials: Sequence[Trial], data: PreparedData) -> None:
    """Make every split once, so that one that cannot be made is known before anything starts.

    Raises:
        HarnessError: if the collection is too small for the protocol, or would leak.
    """
    for trial in {(t.settings.requirements.networks, t.repeat, t.fold): t for t in trials}.values():
        split_of(trial, data)


def missing_trials(trials: Sequence[Trial], spool: Spool) -> list[Trial]:
    """Return the trials that are not finished, in their order."""
    status = spool.finished()
    return [trial for trial in trials if status.get(trial.identity) != "FINISHED"]


def _create(folder: SweepFolder, declared: SweepManifest, store: Store) -> None:
    if not folder.path.exists() and has_sweep(declared.name, store):
        raise HarnessError(f"{store} has a sweep named {declared.name!r} already: give another --name")
    folder.create(declared)


def _train(
    launcher: Launcher,
    source: JobSource,
    data: PreparedData,
    weights: Mapping[str, Weights],
    listener: TrialListener,
) -> Ending:
    """Run the jobs; return what ended that."""
    try:
        with interruptible():
            launcher.run(source, data, weights, listener)
    except Interrupted as interruption:
        return Ending(signal=interruption.number)
    except HarnessError as error:
        return Ending(error=str(error))
    except Exception as error:
        log.exception("The driver of the sweep failed.")
        return Ending(error=f"{type(error).__name__}: {error}".splitlines()[0])
    return Ending()
