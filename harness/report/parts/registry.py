"""Every part, in the order of the report. To add one: a line here, or a class as entry point of a package."""

from importlib.metadata import entry_points

from harness.report.parts.base import Part
from harness.report.parts.candidates import Candidates
from harness.report.parts.chosen import ChosenLambda
from harness.report.parts.collection import Collection
from harness.report.parts.measures.by_class import ByClass
from harness.report.parts.measures.calibration import Calibration
from harness.report.parts.measures.comparisons import Comparisons
from harness.report.parts.measures.confusion import Confusion
from harness.report.parts.measures.every_measure import EveryMeasure
from harness.report.parts.paper.accuracy import AccuracyAgainst
from harness.report.parts.paper.curves import LearningCurves
from harness.report.parts.paper.figure8 import Figure8
from harness.report.parts.paper.panels import GAUSSIAN, LAMBDA
from harness.report.parts.paper.tables import Table2, Table3
from harness.report.parts.population.comparison import AgainstFixed
from harness.report.parts.population.schedules import SchedulesOfLambda
from harness.report.parts.protocols.leakage import Leakage
from harness.report.parts.protocols.table2 import Table2OfBoth

ENTRY_POINTS = "sdl_harness.parts"

CHOICE: tuple[Part, ...] = (ChosenLambda(),)
BOTH_PROTOCOLS: tuple[Part, ...] = (Leakage(), Table2OfBoth())
RESULTS: tuple[Part, ...] = (
    Candidates(),
    Table2(),
    Table3(),
    EveryMeasure(),
    ByClass(),
    Comparisons(),
    Confusion(),
    Calibration(),
    AgainstFixed(),
    SchedulesOfLambda(),
    LearningCurves(),
    AccuracyAgainst("figure7a", LAMBDA, "Figure 7a: accuracy against λ"),
    AccuracyAgainst("figure7b", GAUSSIAN, "Figure 7b: accuracy against the Gaussian filter"),
    Figure8(),
)
COLLECTION: tuple[Part, ...] = (Collection(),)


def results_parts() -> list[Part]:
    """Return the parts on the candidates of a comparison key: ours, then those of other packages."""
    return [*RESULTS, *(entry.load()() for entry in entry_points(group=ENTRY_POINTS))]
