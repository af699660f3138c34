"""The folder of a report: a new report takes the place of an older one, and of nothing else there."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.selection.candidates import ComparisonKey

PREFIX = r"(paper|patients)-[^/]+-[0-9a-f]{8}-(folds[0-9]+-seed[0-9]+-)?"
TABLES = "candidates|classes|comparisons|figure8|leakage|measures|populations|schedule[0-9]*"
TABLES += "|table[23]|table2_both"
FIGURES = "calibration|confusion|figure[4-8]|figure7[ab]|schedule[0-9]*"
OWN = re.compile(rf"({PREFIX}){{0,2}}(({TABLES})\.csv|({FIGURES})\.(png|svg)|card\.md)|report\.md")


def prefix_of(comparison_key: ComparisonKey, every: Iterable[ComparisonKey]) -> str:
    """Return what keeps the files of a part of a report apart from those of the others, if there are any."""
    others = [each for each in every if each != comparison_key]
    if not others:
        return ""
    prefix = _by_data(comparison_key)
    alike = any(_by_data(each) == prefix for each in others)
    return prefix + (f"folds{comparison_key.folds}-seed{comparison_key.seed}-" if alike else "")


def _by_data(comparison_key: ComparisonKey) -> str:
    return f"{comparison_key.protocol}-{comparison_key.dataset}-{comparison_key.data_digest[:8]}-"


@contextmanager
def renewed(folder: Path) -> Iterator[Path]:
    """Give a folder to write a report into, whose files then take the place of the report in ``folder``.

    Where a ``report.md`` lies, files that bear a name of a report's go; all others stay. If writing fails,
    the older report stays whole.

    Args:
        folder: where the report goes; made if need be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".report-") as fresh:
        yield Path(fresh)
        for old in _own_files(folder):
            old.unlink()  # also what the new report has no more, say a figure 8 that may not be shared
        for new in Path(fresh).iterdir():
            new.replace(folder / new.name)


def _own_files(folder: Path) -> list[Path]:
    """Return the files of the report in a folder; none where there is none, whatever bears such a name."""
    if not (folder / "report.md").is_file():
        return []
    return [path for path in folder.iterdir() if OWN.fullmatch(path.name) and path.is_file()]
