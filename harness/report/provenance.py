"""The provenance of a report: where its numbers come from, so that anyone can make them again."""

import re
from collections import Counter
from collections.abc import Sequence

from harness.report.document import Table
from harness.selection.from_runs import folds_of
from harness.tracking.run_reader import SweepRuns

DIGEST_LENGTH = 12
ABSOLUTE_FOLDER = re.compile(r"(?<![\w./~-])(?:~|/)[^\s'\"]*/")


def provenance(runs: Sequence[SweepRuns]) -> Table:
    """Return a column by sweep: command, commit, digests, trials, time and device."""
    columns = [_column(sweep) for sweep in runs]
    names = list(columns[0])
    rows = [(name, *(column[name] for column in columns)) for name in names]
    return Table(("sweep", *(sweep.name for sweep in runs)), tuple(rows))


def without_folders(command: str) -> str:
    """Return a command with absolute paths cut to their last part: a report names no folder of a machine."""
    return ABSOLUTE_FOLDER.sub("…/", command)


def _column(sweep: SweepRuns) -> dict[str, str]:
    states = Counter(trial.status.lower() for trial in sweep.trials)
    return {
        "command": f"`{without_folders(sweep.tags['command'])}`",
        "code": sweep.tags["code_version"],
        "protocol": sweep.protocol,
        "dataset": sweep.tags["dataset"],
        "data digest": sweep.tags["data_digest"][:DIGEST_LENGTH],
        "repeats": sweep.tags["repeats"],
        "folds": str(len(folds_of(sweep)) or "unknown"),
        "seed": sweep.params["seed"],
        "trials": ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none",
        "time": _duration(sweep),
        "device": ", ".join(
            sorted({trial.tags["device"] for trial in sweep.trials if "device" in trial.tags})
        ),
    }


def _duration(sweep: SweepRuns) -> str:
    if sweep.end_time is None:
        return "not finished"
    seconds = round(sweep.end_time - sweep.start_time)
    hours, rest = divmod(seconds, 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"
