"""What a report reads beside the predictions; what is missing is left out, and the report says so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from harness.data.collection.prepared import PreparedData
from harness.data.collection.selection_report import SelectionReport

# Reads a table of a trial by epoch, given its identity.
ByEpoch = Callable[[str], pd.DataFrame]


@dataclass(frozen=True)
class Sources:
    """Where curves, schedules, selections and slices come from.

    Attributes:
        curves: reads a trial's metrics by epoch (`harness.tracking.run_reader.curves` of a store).
        schedules: reads a population's λ by epoch and member (`harness.tracking.run_reader.schedule`).
        selections: reports of the collections' selections, by data digest (`harness.tracking.artifacts`).
        collections: prepared collections by their digest; MLflow holds no slices.
        pictures: whether slices may be shown.
    """

    curves: ByEpoch | None = None
    schedules: ByEpoch | None = None
    selections: Mapping[str, SelectionReport] = field(default_factory=dict)
    collections: Mapping[str, PreparedData] = field(default_factory=dict)
    pictures: bool = True
