"""What diverged or is undefined stops no report, and is no number in it."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.made_sweeps import GRADES, SELECTION, sdl, single, sweep_of, trial
from helpers.reports import PAPER_SWEEP, PATIENTS_SWEEP, built, written
from rich.console import Console

from harness.evaluation.predictions import KEYS
from harness.report.rendering.terminal import comparison_table
from harness.report.sources import Sources
from harness.tracking.run_reader import SweepRuns

NO_NUMBER = re.compile(r"\bnan\b|\binf(inity)?\b", re.IGNORECASE)


@pytest.mark.parametrize("sweep", [PAPER_SWEEP, PATIENTS_SWEEP], ids=["paper", "patients"])
@pytest.mark.parametrize("diverged", [1, None], ids=["one", "all"])
def test_diverged_networks_do_not_stop_a_report(sweep: SweepRuns, diverged: int | None) -> None:
    lost = sweep.trials[:diverged]
    trials = [
        replace(t, predictions=_diverged(t.predictions)) if any(t is gone for gone in lost) else t
        for t in sweep.trials
    ]
    runs = [replace(sweep, trials=tuple(trials))]
    ((choice, _),) = built(runs).parts("λ, and the rule that chose it")
    assert diverged or any("diverged" in warning for warning in choice["warnings"])
    Console(width=80).print(comparison_table(runs))


@pytest.mark.parametrize("protocol", ["paper", "patients"])
@pytest.mark.parametrize("repeats", [1, 2])
def test_what_a_test_set_of_one_class_leaves_undefined_is_no_number(
    protocol: str, repeats: int, tmp_path: Path
) -> None:
    trials = [
        trial(settings, [30] * settings.requirements.networks, protocol=protocol, repeat=repeat)
        for settings in (sdl(3), sdl(4), single())
        for repeat in range(repeats)
    ]
    of_one_class = [replace(each, predictions=_of_one_class(each.predictions)) for each in trials]
    runs = [sweep_of(of_one_class, repeats=repeats)]
    report = written(tmp_path, runs, Sources(selections={"d1": SELECTION}))
    ((table, _),) = report.parts("Every measure, test")
    values = {(row[0], row[1]): row[2:] for row in table["rows"]}
    printed = pd.read_csv(tmp_path / "measures.csv").set_index(["measure", "by"])
    # Neither area has a pair of classes to tell apart; kappa has no agreement by chance to go by.
    for measure in ("one-vs-rest AUC", "ordinal AUC"):
        for cell in values[measure, "slice"]:
            assert (cell["mean"], cell["low"], cell["high"]) == (None, None, None)
        assert printed.loc[(measure, "slice")].isna().all()
        assert f"| {measure} | slice | – | – |" in report.text.splitlines()
    assert values["accuracy", "slice"][0]["mean"] is not None
    for path in tmp_path.iterdir():
        if path.suffix != ".png":
            assert not NO_NUMBER.search(path.read_text(encoding="utf-8")), path.name
    Console(width=80).print(comparison_table(runs))


def _of_one_class(predictions: pd.DataFrame) -> pd.DataFrame:
    """The table without test slices of other classes."""
    shared = predictions["set"].isin(["validation", "test"])
    return predictions[~shared | (predictions["true_class"] == GRADES[1])]


def _diverged(predictions: pd.DataFrame) -> pd.DataFrame:
    columns = predictions.columns[len(KEYS) :]
    return predictions.assign(**dict.fromkeys(columns, np.nan))
