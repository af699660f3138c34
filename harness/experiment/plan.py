"""From a search space to the list of trials."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.experiment.space import Space
from harness.experiment.trial import Trial
from harness.methods.base import Settings
from harness.models.pretrained import Weights, pretrained_state


def plan_trials(name: str, space: Space, data_digest: str) -> list[Trial]:
    """Return every planned trial, repeat by repeat, so that early results cover all candidates."""
    candidates = [
        trials_of(name, space, data_digest, group.name, suggestion, settings)
        for group in space.families()
        for suggestion, settings in group.suggestions(space.seed)
    ]
    labelled = _labelled(candidates)
    return [trial for same_split in zip(*labelled, strict=True) for trial in same_split]


def plan_variants(name: str, space: Space, data_digest: str) -> list[Trial]:
    """Return a trial of every architecture that a sweep may train, for each repeat and fold."""
    return [
        trial
        for group in space.families()
        for settings in group.variants()
        for trial in trials_of(name, space, data_digest, group.name, 0, settings)
    ]


def trials_of(
    name: str,
    space: Space,
    data_digest: str,
    group: str,
    suggestion: int,
    settings: Settings,
    label: str = "",
) -> list[Trial]:
    """Return the trials of one candidate: every fold of every repeat, in this order."""
    return [
        Trial(
            sweep=name,
            group=group,
            settings=portable(settings),
            suggestion=suggestion,
            repeat=repeat,
            fold=fold,
            folds=space.fold_count,
            seed=space.seed,
            protocol=space.protocol,
            data_digest=data_digest,
            label=label,
        )
        for repeat in range(space.repeats)
        for fold in range(space.fold_count)
    ]


def _labelled(candidates: Sequence[Sequence[Trial]]) -> list[list[Trial]]:
    """Give candidates of the same title a label: the settings in which they differ, else their number."""
    alike: dict[str, list[Trial]] = defaultdict(list)
    for trials in candidates:
        alike[trials[0].title].append(trials[0])
    return [
        [trial.model_copy(update={"label": _label(trial, alike[trials[0].title])}) for trial in trials]
        for trials in candidates
    ]


def _label(trial: Trial, alike: Sequence[Trial]) -> str:
    if len(alike) == 1:
        return ""
    own, values = trial.settings.flat(), [other.settings.flat() for other in alike]
    differing = [key for key in own if any(other.get(key) != own[key] for other in values)]
    same = [flat for flat in values if flat == own]
    numbers = [f"suggestion {trial.suggestion + 1}"] if len(same) > 1 else []
    return " ".join([*(f"{key}={own[key]}" for key in differing), *numbers])


def portable(settings: Settings) -> Settings:
    """Return the settings with a local file of weights named by its content, as other machines know it."""
    weights = settings.requirements.weights
    if weights in ("imagenet", "none"):
        return settings
    content = hashlib.sha256(Path(weights).read_bytes()).hexdigest()[:16]
    return settings.model_copy(update={"weights": f"sha256-{content}"})


def weights_key(settings: Settings) -> str:
    """Return the key of the pretrained weights that a candidate starts from."""
    return f"{settings.requirements.backbone} {settings.requirements.weights}"


def load_pretrained(space: Space) -> Mapping[str, Weights]:
    """Load the pretrained weights that a space asks for, each once, by `weights_key`.

    Raises:
        HarnessError: if a file is missing and cannot be fetched, or does not fit its backbone.
    """
    variants = [settings for group in space.families() for settings in group.variants()]
    stated = {
        weights_key(portable(settings)): (settings.requirements.backbone, settings.requirements.weights)
        for settings in variants
    }
    loaded = {
        key: pretrained_state(backbone, weights) for key, (backbone, weights) in stated.items() if backbone
    }
    return {
        key: {name: tensor.numpy() for name, tensor in state.items()}
        for key, state in loaded.items()
        if state is not None
    }
