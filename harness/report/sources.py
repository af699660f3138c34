"""What a report reads beside the predictions; what is missing is left out, and the report says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.data.collection.prepared import PreparedData
from harness.data.collection.selection_report import SelectionReport
from harness.report.parts.curves import Curves


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

    curves: Curves | None = None
    schedules: Curves | None = None
    selections: Mapping[str, SelectionReport] = field(default_factory=dict)
    collections: Mapping[str, PreparedData] = field(default_factory=dict)
    pictures: bool = True
