"""``sdl train``: one trial under the eyes of its user."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import cache_option, dataset_option, read_space, set_option, torch_device
from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.launchers.events import TrialEvent


@click.command()
@click.argument("space")
@click.option("--trial", "number", default=1, show_default=True, help="Which planned trial, from 1.")
@dataset_option
@set_option
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
@cache_option
def train(
    space: str, number: int, dataset: str | None, overrides: tuple[str, ...], device: str, cache: Path
) -> None:
    """Train one planned trial in this process, to look closely.

    Neither Ray nor MLflow takes part, and nothing is kept.

    \b
    sdl train quickstart --trial 2 --set epochs=1
    """
    import torch

    from harness.experiment.load_data import load_data
    from harness.experiment.plan import load_pretrained, plan_trials
    from harness.launchers.base import Job, JobSource
    from harness.launchers.in_process import InProcess

    chosen = torch_device(device)
    declared = read_space(space, dataset, overrides)
    data = load_data(declared, cache)
    trials = plan_trials(Path(space).stem, declared, data.digest)
    if not 1 <= number <= len(trials):
        raise HarnessError(f"--trial {number}: the space plans trials 1 to {len(trials)}")
    trial = trials[number - 1]
    click.echo(f"{trial.title} on {declared.dataset}")
    with tempfile.TemporaryDirectory() as scratch:
        job = Job.of([trial], declared, "cpu", scratch)
        whole = {"device": chosen.type, "cpus": torch.get_num_threads()}  # of this machine
        jobs = JobSource.of([job.model_copy(update=whole)])
        InProcess().run(jobs, data, load_pretrained(declared), _Printer())


class _Printer:
    """Prints what a trial reports."""

    def on_event(self, event: "TrialEvent") -> bool:
        """Print every epoch's metrics, and the accuracies in the end."""
        _print_event(event)
        return False

    def on_error(self, identities: Sequence[str], reason: str) -> None:
        """Tell why the trial failed.

        Raises:
            HarnessError: always.
        """
        raise HarnessError(reason)


def _print_event(event: "TrialEvent") -> None:
    from harness.evaluation.class_metrics import score
    from harness.evaluation.predictions import from_csv

    for epoch in event.epochs:
        click.echo(f"epoch {epoch['epoch']}")
        for name, value in epoch["metrics"].items():
            click.echo(f"  {name:<24} {value:.4g}")
    if event.chosen_epoch is not None:
        click.echo(f"accuracy at epoch {event.chosen_epoch}, chosen by the validation set")
        for (part, network), scores in score(from_csv(event.predictions)).items():
            click.echo(f"  {f'{part}/{network}':<24} {scores.accuracy:.4g}")
