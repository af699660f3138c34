"""What ``sdl best --register`` does: the chosen model's weights, or new ones, into MLflow's registry."""

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.cli.options import read_data, torch_device
from harness.config.document import parse_value
from harness.data.collection.prepared import PreparedData
from harness.data.sources.load_recipe import load_recipe
from harness.errors import HarnessError
from harness.experiment.space import Space
from harness.inference.configuration import Configuration, InputRule
from harness.inference.final_weights import kept_weights, new_weights
from harness.inference.model import read_model, write_model
from harness.methods.registry import synergic_weight_of
from harness.report.card import ModelCard
from harness.report.rendering.card import card_markdown
from harness.selection.choice import Choice
from harness.tracking.artifacts import SweepArtifacts
from harness.tracking.model_registry import Registered, check_names, register
from harness.tracking.run_reader import SweepRuns
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
    device: str
    cache: Path


def register_choice(choice: Choice, sweep: SweepRuns, store: Store, wanted: RegisterOptions) -> Registered:
    """Register what a sweep's choice is as a new version of a model.

    Raises:
        HarnessError: before anything is trained, if names are wrong, the device or the sweep's collection is
            not here, or weights were not kept; after it, if the training diverged.
    """
    check_names(wanted.name, wanted.alias)
    device = torch_device(wanted.device if wanted.retrain else "cpu")
    files = SweepArtifacts(sweep, store)
    space = Space.model_validate_json(json.dumps(parse_value(files.text("configuration.yaml"))))
    selection = files.selection()
    data = _data(space, sweep, wanted.cache)
    settings = choice.chosen.settings
    trials = [
        each
        for each in sweep.trials
        if each.candidate == choice.chosen.digest and each.chosen_epoch is not None
    ]
    if wanted.retrain:
        weights = new_weights(settings, trials, space, data, device)
    else:
        weights = kept_weights(trials, files)
    tags = {**_tags(choice, sweep), **weights.tags}
    recipe = InputRule.of(load_recipe(space.dataset))
    title = f"Model card of {wanted.name}"
    card = card_markdown(ModelCard(choice, selection, title, weights.trained, tags))
    with TemporaryDirectory() as folder:
        configuration = Configuration(settings=settings, classes=data.classes, recipe=recipe)
        write_model(Path(folder), weights.values, configuration, card)
        read_model(Path(folder)).probabilities(data.images[:1])  # no model is registered that cannot answer
        return register(Path(folder), wanted.name, wanted.alias, tags, store)


def _data(space: Space, sweep: SweepRuns, cache: Path) -> PreparedData:
    data = read_data(space, cache)
    if data.digest != sweep.tags["data_digest"]:
        raise HarnessError(
            f"the collection {space.dataset!r} is not the one that {sweep.name!r} was trained on "
            f"(digest {data.digest[:12]}, then {sweep.tags['data_digest'][:12]}): prepare that one again"
        )
    return data


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
