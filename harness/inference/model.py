"""A model as a folder of three files: weights, configuration and card; none of them a pickle of code."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from torch import Tensor

from harness.errors import HarnessError
from harness.inference.configuration import Configuration
from harness.methods.base import Classifier
from harness.methods.registry import method_of

WEIGHTS, CONFIGURATION, CARD = "weights.pt", "configuration.json", "card.md"
DIVERGED = (
    "their training diverged, so the classes that they predict mean nothing; choose another candidate, or"
    " train with a lower learning_rate"
)


@dataclass(frozen=True)
class TrainedModel:
    """What a method made of its trained weights, and what it is."""

    classify: Classifier
    configuration: Configuration

    def probabilities(self, images: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return every network's probabilities (N, n, C) of prepared slices (N, H, W) in [0, 1].

        Raises:
            HarnessError: they are NaN, for finite weights may still be so large that a network overflows.
        """
        found = self.classify(images)
        if not np.isfinite(found).all():
            raise HarnessError(f"the networks output NaN or infinity: {DIVERGED}")
        return found


def write_model(folder: Path, weights: Mapping[str, Tensor], configuration: Configuration, card: str) -> None:
    """Write a model into an empty folder.

    Raises:
        HarnessError: the weights are not finite; nothing is written.
    """
    _check_finite(weights)
    torch.save(dict(weights), folder / WEIGHTS)
    text = configuration.model_dump_json(by_alias=True, indent=2)
    (folder / CONFIGURATION).write_text(text + "\n", encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")


def is_model(folder: Path) -> bool:
    """Return whether a folder holds a model's files, by their names."""
    return all((folder / name).is_file() for name in (WEIGHTS, CONFIGURATION))


def read_model(folder: Path) -> TrainedModel:
    """Read a model that `write_model` wrote.

    Raises:
        HarnessError: a file is missing or damaged, weights are not finite, or they and the configuration do
            not belong together.
    """
    try:
        text = (folder / CONFIGURATION).read_text(encoding="utf-8")
        configuration = Configuration.model_validate_json(text)
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise HarnessError(
            f"{CONFIGURATION} is no configuration of a model, or one of another version of this program: "
            + _first_fault(error)
        ) from None
    settings, weights = configuration.settings, read_weights(folder / WEIGHTS)
    try:
        classify = method_of(settings).classifier(settings, len(configuration.classes), weights)
    except HarnessError as error:
        raise HarnessError(f"{WEIGHTS} and {CONFIGURATION} do not belong together: {error}") from None
    _check_finite(weights)
    return TrainedModel(classify, configuration)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a state dict onto the CPU.

    Raises:
        HarnessError: the file is missing, or holds something else.
    """
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a damaged file makes its reader raise
        raise HarnessError(
            f"{WEIGHTS} is no file that torch.load(weights_only=True) reads ({type(error).__name__})"
        ) from None
    if not isinstance(weights, dict) or not all(isinstance(value, Tensor) for value in weights.values()):
        raise HarnessError(f"{WEIGHTS} does not map names of parameters to tensors")
    return weights


def _check_finite(weights: Mapping[str, Tensor]) -> None:
    """Refuse what a diverged training left: networks that predict the first class, whatever they see."""
    broken = [name for name, value in weights.items() if not value.isfinite().all()]
    if broken:
        raise HarnessError(
            f"{len(broken)} of {len(weights)} tensors of weights hold NaN or infinity"
            f" (the first: {broken[0]}): {DIVERGED}"
        )


def _first_fault(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    [fault, *_] = error.errors(include_url=False)
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}".removeprefix(": ")
