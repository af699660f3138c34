"""What ``sdl best --register`` does: the chosen model's weights, or new ones, into MLflow's registry."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from harness.config.document import parse_value
from harness.data.sources.load_recipe import load_recipe
from harness.experiment.load_data import load_same_data
from harness.experiment.space import Space
from harness.inference.configuration import Configuration, InputRule
from harness.inference.final_weights import kept_weights, new_weights
from harness.inference.model import read_model, write_model
from harness.methods.registry import synergic_weight_of
from harness.parallel import Progress
from harness.report.card import ModelCard, most_unpaired
from harness.report.rendering.card import card_markdown
from harness.selection.choice import Choice
from harness.tracking.artifacts import SweepArtifacts
from harness.tracking.model_registry import Registered, check_names, register
from harness.tracking.run_reader import SweepRuns, curves
from harness.tracking.store import Store
from harness.version import code_version


@dataclass(frozen=True)
class RegisterOptions:
    """What the user asks for.

    Attributes:
        name: of the model.
        alias: that is to point to the new version.
        retrain: whether to train the chosen candidate on every slice first.
        device: that trains.
        cache: folder of prepared collections.
    """

    name: str
    alias: str
    retrain: bool
    device: torch.device
    cache: Path


def register_choice(
    choice: Choice, sweep: SweepRuns, store: Store, options: RegisterOptions, progress: Progress
) -> Registered:
    """Register what a sweep's choice is as a new version of a model.

    Raises:
        HarnessError: before anything is trained, if names are wrong, the sweep's collection is not here, or
            weights were not kept; after it, if the training diverged.
    """
    check_names(options.name, options.alias)
    files = SweepArtifacts(sweep, store)
    space = Space.model_validate_json(json.dumps(parse_value(files.text("configuration.yaml"))))
    selection = files.selection()
    data = load_same_data(space, options.cache, sweep=sweep.name, digest=sweep.tags["data_digest"])
    settings = choice.chosen.settings
    trials = [
        trial
        for trial in sweep.trials
        if trial.candidate == choice.chosen.digest and trial.chosen_epoch is not None
    ]
    if options.retrain:
        weights = new_weights(settings, trials, space, data, options.device, progress)
    else:
        weights = kept_weights(trials, files)
    tags = {**_tags(choice, sweep), **weights.tags}
    recipe = InputRule.of(load_recipe(space.dataset))
    title = f"Model card of {options.name}"
    unpaired = most_unpaired(choice, partial(curves, store=store))
    card = card_markdown(ModelCard(choice, selection, title, weights.origin, tags, unpaired=unpaired))
    with TemporaryDirectory() as folder:
        configuration = Configuration(settings=settings, classes=data.classes, recipe=recipe)
        write_model(Path(folder), weights.tensors, configuration, card)
        read_model(Path(folder)).probabilities(data.images[:1])  # no model is registered that cannot predict
        return register(Path(folder), options.name, options.alias, tags, store)


def _tags(choice: Choice, sweep: SweepRuns) -> dict[str, str]:
    return {
        "rule": choice.rule.name,
        "lambda": f"{synergic_weight_of(choice.chosen.settings):g}",
        "protocol": choice.comparison_key.protocol,
        "dataset": choice.comparison_key.dataset,
        "data_digest": choice.comparison_key.data_digest,
        "sweep": sweep.name,
        "candidate_digest": choice.chosen.digest,
        "sweep_code_version": sweep.tags["code_version"],
        "code_version": code_version(),
    }
