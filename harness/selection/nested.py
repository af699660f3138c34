"""What a rule's choice is worth on patients that had no part in it, without new training."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from harness.evaluation.class_metrics import probabilities
from harness.evaluation.estimate import Estimate
from harness.evaluation.predictions import KEYS, classes_of, probability_columns
from harness.methods.registry import synergic_weight_of
from harness.selection.candidates import Candidate, Repeat
from harness.selection.intervals import accuracy, accuracy_by_patient
from harness.selection.rules import Rule


@dataclass(frozen=True)
class Nested:
    """Test accuracy of the picks that a rule makes fold by fold.

    Attributes:
        picks: the λ picked in every outer fold.
        picked: the picks' pooled test predictions as one candidate, whose settings are of no account.
    """

    picks: tuple[float, ...]
    picked: Candidate

    @cached_property
    def by_slice(self) -> Estimate:
        """Accuracy of the pooled test predictions, by repeat."""
        return accuracy(self.picked, "test")

    @cached_property
    def by_patient(self) -> Estimate:
        """Accuracy of the patients, by repeat."""
        return accuracy_by_patient(self.picked)

    def as_dict(self) -> dict[str, Any]:
        """Return the estimate as JSON takes it."""
        return {
            "picks": list(self.picks),
            "repeats": len(self.picked.repeats),
            "by_slice": self.by_slice.as_dict(),
            "by_patient": self.by_patient.as_dict(),
        }


def nested_estimate(candidates: Sequence[Candidate], rule: Rule) -> Nested | None:
    """Let the rule pick in each fold by that fold's validation set alone; pool the picks' test predictions.

    Args:
        candidates: SDL candidates with an equal comparison key and the same complete repeats.
        rule: the rule.

    Returns:
        None where validation and test are the same slices, or where the rule looks at test.
    """
    if rule.on_test or candidates[0].comparison_key.chosen_on_test:
        return None
    return pick_by_split(candidates, rule)


def pick_by_split(candidates: Sequence[Candidate], rule: Rule) -> Nested:
    """Let the rule pick in each fold of each repeat by that fold's validation set alone, and pool the picks.

    Under the paper's protocol that set is the test set: the accuracy is of the kind that the paper reports,
    no estimate. Candidates are as `nested_estimate` takes them.
    """
    picks: list[float] = []
    repeats = []
    for same in zip(*(candidate.repeats for candidate in candidates), strict=True):
        folds = []
        for chosen in _picks(candidates, same, rule):
            picks.append(synergic_weight_of(chosen.settings))
            (fold,) = chosen.repeats[0].folds
            folds.append(replace(fold, predictions=_test_rows(chosen.repeats[0])))
        repeats.append(replace(same[0], folds=tuple(folds)))
    return Nested(tuple(picks), replace(candidates[0], repeats=tuple(repeats)))


def _picks(candidates: Sequence[Candidate], same: Sequence[Repeat], rule: Rule) -> list[Candidate]:
    """Return the candidate picked in each fold of its repeat, cut down to that fold."""
    pairs = list(zip(candidates, same, strict=True))
    return [
        rule.ranked([replace(candidate, repeats=(repeat.only(fold.number),)) for candidate, repeat in pairs])[
            0
        ]
        for fold in same[0].folds
    ]


def _test_rows(repeat: Repeat) -> pd.DataFrame:
    """Return the test rows with the reporting network's probabilities, as a table of one network.

    Picks may differ in their numbers of networks.
    """
    rows = repeat.rows("test")
    columns = probability_columns(1, classes_of(rows))
    values = pd.DataFrame(probabilities(rows, repeat.network), columns=columns, index=rows.index)
    return pd.concat([rows[list(KEYS)], values], axis=1)
