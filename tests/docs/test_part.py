"""The documented part stands in a report after ours, as a package of its own that is installed."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from helpers.documented import example
from helpers.made_sweeps import GRADES, sdl, sweep_of, trial

from harness.report.parts.registry import RESULTS, results_parts
from harness.report.sources import Sources
from harness.report.write import write_report

ENTRY_POINTS = "[sdl_harness.parts]\ndivergence = documented_part:Divergence\n"


@pytest.fixture
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "site" / "documented-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: documented\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "site" / "documented_part.py").write_text(example("part"))
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.delitem(sys.modules, "documented_part", raising=False)


@pytest.mark.usefixtures("_installed")
def test_the_documented_part_counts_what_diverged(tmp_path: Path) -> None:
    trials = [trial(sdl(weight), [30, 30], protocol="patients") for weight in (3.0, 5.0)]
    lost = trials[1].predictions.assign(**{f"net1_{grade}": 1 / 3 for grade in GRADES})
    runs = [sweep_of([trials[0], replace(trials[1], predictions=lost)])]
    report = write_report(runs, tmp_path / "report", Sources())
    table = pd.read_csv(report.with_name("divergence.csv"))
    assert table["trials"].tolist() == [0, 1]
    headings = [line for line in report.read_text(encoding="utf-8").splitlines() if line.startswith("### ")]
    assert "### How often does training diverge?" in headings
    assert (
        "divergence.csv" in json.loads(report.with_name("report.json").read_text(encoding="utf-8"))["files"]
    )


def test_without_other_packages_the_parts_are_ours() -> None:
    assert results_parts() == list(RESULTS)
