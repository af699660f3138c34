"""Weights of a chosen candidate: those that its sweep kept, or new ones trained on every slice."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median_high
from tempfile import TemporaryDirectory

import torch
from torch import Tensor

from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
from harness.evaluation.class_metrics import reporting_network, score
from harness.experiment.plan import load_pretrained, weights_key
from harness.experiment.space import Space
from harness.inference.model import read_weights
from harness.inference.refit import refit
from harness.methods.base import Settings
from harness.models.pretrained import tensors
from harness.parallel import Progress
from harness.tracking.artifacts import SweepArtifacts
from harness.tracking.run_reader import TrialRun
from harness.training.memory import keep_freed_memory


@dataclass(frozen=True)
class FinalWeights:
    """What a model is registered with.

    Attributes:
        tensors: by the name of the parameter.
        origin: how they came about, in a sentence or two.
        tags: the same for the registry.
    """

    tensors: dict[str, Tensor]
    origin: str
    tags: dict[str, str]


def kept_weights(trials: Sequence[TrialRun], files: SweepArtifacts) -> FinalWeights:
    """Return the weights of the candidate's trial that its validation set rates best, the first of equals.

    Raises:
        HarnessError: none of its trials' weights were kept.
    """
    kept = files.kept_weights()
    with_weights = [trial for trial in trials if trial.identity in kept]
    if not with_weights:
        raise HarnessError(
            "the weights of the chosen candidate were not kept: `log_weights: best` keeps those of the best"
            " trial of each group. Train it anew with --retrain, or sweep with `log_weights: all`"
            if kept
            else "the sweep has handed over no weights: it does so once all its trials are done, but for"
            " `log_weights: none`. Go on with `sdl sweep --resume`, or train the choice anew with --retrain"
        )
    best = max(with_weights, key=_validation_accuracy)
    trained_on = f"repeat {best.repeat + 1}, fold {best.fold + 1}"
    with TemporaryDirectory() as folder:
        values = read_weights(files.copy(kept[best.identity], Path(folder)))
    return FinalWeights(
        values,
        f"Weights of one trial ({trained_on}), the one that its validation set rates best, at its chosen"
        f" epoch {_epochs([best])[0]}: trained on a part of the patients. The figures below are those of"
        " all trials of the candidate.",
        {
            "trained_on": trained_on,
            "from_trial": best.identity,
            "split_digest": best.tags["split_digest"],
        },
    )


def _validation_accuracy(trial: TrialRun) -> float:
    network = reporting_network(trial.predictions, trial.protocol)
    return score(trial.predictions)["validation", network].accuracy


def _epochs(trials: Sequence[TrialRun]) -> list[int]:
    """Return how many epochs finished trials took up to their chosen one."""
    return [trial.chosen_epoch for trial in trials if trial.chosen_epoch is not None]


def new_weights(
    settings: Settings,
    trials: Sequence[TrialRun],
    space: Space,
    data: PreparedData,
    device: torch.device,
    progress: Progress,
) -> FinalWeights:
    """Train the candidate on all slices, for as many epochs as its trials took in the median.

    Raises:
        HarnessError: the weights that it started from are not to be had.
    """
    pretrained = load_pretrained(space).get(weights_key(settings))
    stated = settings.requirements.weights
    if pretrained is None and stated != "none":
        raise HarnessError(
            f"the weights that the candidate started from ({stated}) are not those of the space now"
        )
    epochs = median_high(_epochs(trials))
    keep_freed_memory()
    result = refit(
        settings,
        data,
        epochs=epochs,
        seed=space.seed,
        device=device,
        pretrained=tensors(pretrained),
        progress=progress,
    )
    total = len(data.labels)
    before, after = settings.flat(), result.settings.flat()
    changed = {name: str(value) for name, value in after.items() if value != before[name]}
    return FinalWeights(
        result.weights,
        f"Trained anew on all {total} slices of the collection{_grouped(result.unpaired)}, for"
        f" {epochs} epochs, the median of its trials. This model was tested on nothing: the figures below are"
        " of its trials, each trained on less.",
        changed | {"trained_on": "all slices", "epochs": str(epochs), "split_digest": result.split_digest},
    )


def _grouped(unpaired: int) -> str:
    if not unpaired:
        return ""
    return f", grouped anew every epoch ({unpaired} find no partner in the first, others in the next ones)"
