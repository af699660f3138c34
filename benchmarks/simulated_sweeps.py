"""How often does a sweep find the best λ? Real samplers and rules on a fake objective with a known answer.

The validation accuracy of a trial is the share of right answers among 42 slices, drawn from a binomial whose
probability falls with the square of λ's distance from the best one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import optuna

from harness.evaluation.estimate import Estimate
from harness.experiment.search import Search
from harness.experiment.space import Space
from harness.methods.sdl import SdlSettings
from harness.seeds import derive_seed
from harness.selection.candidates import Candidate, ComparisonKey
from harness.selection.rules import RULES
from harness.sweep.search.study import Study

SLICES = 42
HIGHEST = 10  # λ lies between 0 and this; a step is 1
REPEATS = 6  # trials of a suggestion: two repeats of three folds


@dataclass(frozen=True)
class Hill:
    """A fake objective.

    Attributes:
        best: the best λ.
        top: the expected accuracy there.
        fall: how much lower it is five steps away.
    """

    best: float
    top: float = 0.85
    fall: float = 0.2

    def accuracies(self, weight: float, trials: int, random: np.random.Generator) -> list[float]:
        """Return the validation accuracies of trials at one λ."""
        expected = max(self.top - self.fall * ((weight - self.best) / 5) ** 2, 1 / 3)
        return [float(right) / SLICES for right in random.binomial(SLICES, expected, trials)]


@dataclass(frozen=True, eq=False)
class _Simulated(Candidate):
    accuracies: tuple[float, ...] = ()

    @property
    def validation(self) -> Estimate:
        return Estimate.of(self.accuracies)


def hit_rates(sampler: str, trials: int, fall: float, sweeps: int) -> dict[str, float]:
    """Return by rule how often the chosen λ lies within one step of the best one.

    Args:
        sampler: ``grid``, ``random``, ``tpe`` or ``gp``.
        trials: budget of a sweep.
        fall: see `Hill`.
        sweeps: how many sweeps are simulated, each with a best λ of its own between 2 and 8.
    """
    hits: dict[str, list[bool]] = defaultdict(list)
    for seed in range(sweeps):
        random = np.random.default_rng(derive_seed(seed, "simulated sweep"))
        hill = Hill(random.uniform(2, HIGHEST - 2), fall=fall)
        candidates = (
            _grid(hill, trials, random) if sampler == "grid" else _searched(sampler, hill, trials, random)
        )
        for name in ("max", "one-standard-error"):
            chosen = RULES[name].ranked(candidates)[0].settings.synergic_weight
            hits[name].append(abs(chosen - hill.best) <= 1)
    return {name: float(np.mean(found)) for name, found in hits.items()}


def _grid(hill: Hill, trials: int, random: np.random.Generator) -> list[Candidate]:
    """Share the budget among all whole numbers."""
    weights = range(HIGHEST + 1)
    return [_candidate(w, hill.accuracies(w, trials // len(weights), random)) for w in weights]


def _searched(sampler: str, hill: Hill, trials: int, random: np.random.Generator) -> list[Candidate]:
    """Let a study spend the budget on suggestions of six trials each."""
    search = Search.model_validate({"sampler": sampler, "suggestions": trials // REPEATS})
    space = Space(
        dataset="fake",
        protocol="patients",
        seed=int(random.integers(2**31)),
        repeats=2,
        folds=3,
        groups={
            "sdl": {
                "model": "sdl",
                "backbone": "alexnet",
                "lambda": {"uniform": [0, HIGHEST]},
                "search": search.model_dump(),
            }
        },
    )
    study = Study(space.families()[0], space, "simulated", "fake", optuna.storages.InMemoryStorage())
    return list(_suggested(study, hill, random))


def _suggested(study: Study, hill: Hill, random: np.random.Generator) -> Iterable[Candidate]:
    while suggestion := study.next():
        weight = suggestion.trials[0].settings.synergic_weight
        accuracies = hill.accuracies(weight, len(suggestion.trials), random)
        for trial, accuracy in zip(suggestion.trials, accuracies, strict=True):
            study.score(trial, accuracy)
        study.end(suggestion.optuna_trial.number)
        yield _candidate(weight, accuracies)


def _candidate(weight: float, accuracies: list[float]) -> Candidate:
    settings = SdlSettings(backbone="alexnet", synergic_weight=float(weight))
    comparison_key = ComparisonKey("patients", "fake", "fake", folds=3, seed=0)
    planned = len(accuracies)
    return _Simulated("simulated", comparison_key, f"{weight}", settings, (), planned, tuple(accuracies))
