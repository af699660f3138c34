"""Which sections a report has, and by which names its files go."""

from dataclasses import replace

import pandas as pd
import pytest
from helpers.made_sweeps import (
    COLLECTION,
    SELECTION,
    curves,
    made_schedule,
    scheduled,
    sdl,
    single,
    sweep_of,
    trial,
)

from harness.methods.population import Population
from harness.report.build import build_report
from harness.report.card import ModelCard
from harness.report.document import Document, Figure, Table
from harness.report.sources import Sources
from harness.tracking.run_reader import SweepRuns

DIGEST = "0123456789abcdef" * 4
EVERYTHING = Sources(
    curves=curves,
    schedules=lambda _: made_schedule(),
    selections={DIGEST: SELECTION},
    collections={DIGEST: COLLECTION},
)
ALL = {
    *("candidates", "table2", "table3", "measures", "classes", "comparisons", "confusion", "calibration"),
    *("populations", "schedule1", "schedule2", "figure4", "figure5", "figure6", "figure7a", "figure7b"),
    *("figure8", "card"),
}


def sweep(protocol: str) -> SweepRuns:
    """λ, the Gaussian filter and two populations, beside a single network: a part of each kind."""
    populations = [Population(members=members, interval=10, low=1, high=5) for members in (2, 3)]
    settings = [sdl(weight, gaussian=size, epochs=40) for weight in (3.0, 4.0) for size in (0, 3)]
    settings += [scheduled(each, epochs=40) for each in populations]
    trials = [trial(each, [30, 20], protocol=protocol, sweep=protocol) for each in settings]
    return sweep_of([*trials, trial(single(), [25], protocol=protocol, sweep=protocol)], digest=DIGEST)


PAPER, PATIENTS = sweep("paper"), sweep("patients")


def stems(document: Document) -> set[str]:
    return {
        content.stem
        for content in document.walk()
        if isinstance(content, Table | Figure | ModelCard) and content.stem
    }


def titles(document: Document) -> list[str]:
    return [section.title for section in document.sections]


def test_a_comparison_key_alone_needs_no_prefix() -> None:
    assert stems(build_report([PATIENTS], EVERYTHING)) == ALL


def test_both_protocols_have_prefixes_and_tables_of_both() -> None:
    document = build_report([PAPER, PATIENTS], EVERYTHING)
    paper, patients = "paper-generated-01234567-", "patients-generated-01234567-"
    expected = {prefix + stem for prefix in (paper, patients) for stem in ALL}
    assert stems(document) == expected | {f"{patients}leakage", f"{patients}table2_both"}


def test_other_splits_of_the_same_data_have_prefixes_that_tell_them() -> None:
    anew = replace(PATIENTS, params={"seed": "8"})
    document = build_report([PATIENTS, anew], EVERYTHING)
    prefix = "patients-generated-01234567-folds1-seed"
    assert stems(document) == {f"{prefix}{seed}-{stem}" for seed in (7, 8) for stem in ALL}
    for seed in (7, 8):
        assert f"Protocol `patients`, dataset `generated`, seed {seed}" in titles(document)


def test_every_pair_of_protocols_has_tables_of_its_own() -> None:
    document = build_report([PAPER, replace(PAPER, params={"seed": "8"}), PATIENTS], Sources())
    for seed in (7, 8):
        prefix = f"paper-generated-01234567-folds1-seed{seed}-patients-generated-01234567-"
        assert {f"{prefix}leakage", f"{prefix}table2_both"} < stems(document)
        title = f"Both protocols, dataset `generated`, seed {seed} by slice and seed 7 by patient"
        assert title in titles(document)


def test_a_store_that_is_away_is_an_error() -> None:
    def away(_: str) -> pd.DataFrame:
        raise ConnectionError("the store is away")

    with pytest.raises(ConnectionError):
        build_report([PATIENTS], Sources(schedules=away))
