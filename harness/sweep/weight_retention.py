"""Whose weights are kept: of the best trial of each group, of all trials, or of none."""

import json
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Literal

from harness.experiment.trial import Trial
from harness.training.checkpoints import Checkpoints

RetentionPolicy = Literal["best", "all", "none"]


class WeightRetention:
    """Deletes the weights that are not to be kept, as trials finish; remembers the others over a restart.

    Args:
        which: whose weights are kept.
        checkpoints: where the weights lie.
        path: file that remembers which are kept.
    """

    def __init__(self, which: RetentionPolicy, checkpoints: Checkpoints, path: Path) -> None:
        self._which = which
        self._checkpoints = checkpoints
        self._path = path
        self._kept: dict[str, tuple[float, str]] = json.loads(path.read_text()) if path.exists() else {}

    def files(self) -> dict[str, bytes | Path]:
        """Return the kept weights as files by name, ``weights-<identity>.pt``."""
        found = {identity: self._checkpoints.weights_file(identity) for _, identity in self._kept.values()}
        return {f"weights-{identity}.pt": content for identity, content in found.items() if content}

    def release(self, identities: Container[str]) -> None:
        """Delete the kept weights and what these trials left to be recorded, once the spool has all."""
        self._checkpoints.clear(identities)
        for _, identity in self._kept.values():
            self._checkpoints.drop_weights(identity)

    def forget(self, trials: Iterable[Trial]) -> None:
        """Delete the states of trials that nobody goes on with."""
        for trial in trials:
            self._checkpoints.drop_state(trial.identity)

    def finished(self, trial: Trial, validation_accuracy: float, *, may_be_stopped: bool = False) -> None:
        """Take in a finished trial; under ``best`` the first of equals stays.

        Args:
            trial: the trial.
            validation_accuracy: what it is worth.
            may_be_stopped: whether its suggestion has not ended; until then it takes no other one's place.
        """
        self._checkpoints.drop_state(trial.identity)
        if self._which == "none":
            self._checkpoints.drop_weights(trial.identity)
        elif self._which == "all":
            self._offer(trial.identity, validation_accuracy, trial.identity)
        else:
            slot = _suggestion_of(trial) if may_be_stopped else trial.group
            self._offer(slot, validation_accuracy, trial.identity)

    def ended(self, trials: Sequence[Trial], *, well: bool) -> None:
        """Take in the end of a suggestion: the best of its trials stands for its group if it ended well."""
        self.forget(trials)
        for trial in trials[:1]:
            if (best := self._kept.pop(_suggestion_of(trial), None)) and well:
                self._offer(trial.group, *best)
            elif best:
                self._save()
                self._checkpoints.drop_weights(best[1])

    def _offer(self, slot: str, validation_accuracy: float, identity: str) -> None:
        best = self._kept.get(slot)
        if best and best[1] == identity:  # told again: it does not take its own place
            best = None
        worse = bool(best and best[0] >= validation_accuracy)
        if not worse:
            self._kept[slot] = (validation_accuracy, identity)
        self._save()
        if worse:
            self._checkpoints.drop_weights(identity)
        elif best:
            self._checkpoints.drop_weights(best[1])

    def _save(self) -> None:
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(self._kept), encoding="utf-8")
        partial.replace(self._path)


def _suggestion_of(trial: Trial) -> str:
    return f"{trial.group} {trial.suggestion}"
