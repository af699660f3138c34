from dataclasses import replace

import numpy as np
import pytest
from helpers.made_sweeps import sdl, single, sweep_of, trial
from PIL import Image
from statsmodels.stats.proportion import proportion_confint

from harness.data.collection.prepared import PreparedData
from harness.evaluation.estimate import Estimate
from harness.report.paper import paper_table
from harness.report.parts.base import CHOSEN, both_protocols, contexts_of
from harness.report.parts.protocols.leakage import LOOKS, PATIENTS, leakage_table
from harness.report.parts.protocols.overlap import near_duplicates, shared_patients
from harness.report.sources import Sources
from harness.selection.from_runs import candidates_of

BY_SLICE = sweep_of([trial(sdl(3), [39, 30]), trial(sdl(5), [36, 36]), trial(single(), [34])])
BY_PATIENT = sweep_of(
    [
        trial(sdl(3), [20, 20], validation=[20, 20], protocol="patients"),
        trial(sdl(5), [25, 25], validation=[30, 30], protocol="patients"),
        trial(single("vgg19"), [20], protocol="patients"),
    ]
)
(BOTH,) = both_protocols(contexts_of([BY_SLICE, BY_PATIENT], Sources()))


def test_the_same_data_under_both_protocols_are_found() -> None:
    assert BOTH.by_slice
    protocols = [side.comparison_key.protocol for side in (BOTH.by_slice, BOTH)]
    assert protocols == ["paper", "patients"]
    elsewhere = [BY_SLICE, sweep_of(BY_PATIENT.trials, digest="d2")]
    assert both_protocols(contexts_of(elsewhere, Sources())) == []


def test_each_protocol_chooses_its_own_lambda_and_ensembles_are_subtracted() -> None:
    assert BOTH.by_slice
    table = leakage_table(BOTH.by_slice.systems, BOTH.systems, paper_table("table2"), None)
    assert [row[0] for row in table.rows] == [PATIENTS, f"accuracy, {CHOSEN}"], (
        "no backbone is single under both"
    )
    printed, better, ensemble, honest, lost = (cell for cell in table.rows[1] if isinstance(cell, Estimate))
    assert printed.mean == pytest.approx(0.9286)
    assert better.mean == pytest.approx(39 / 42), "λ 3 under paper"
    assert honest.mean == pytest.approx(25 / 42), "λ 5 where validation chooses"
    assert lost.mean == pytest.approx(ensemble.mean - honest.mean)
    assert lost.interval is not None
    assert -1 <= lost.interval.low < lost.mean < lost.interval.high <= 1


def test_shared_patients_are_counted_within_a_fold() -> None:
    assert BOTH.by_slice
    first = leakage_table(BOTH.by_slice.systems, BOTH.systems, paper_table("table2"), None).rows[0]
    shares = [cell for cell in first if isinstance(cell, Estimate)]
    assert [shared_patients(side.candidates) for side in (BOTH.by_slice, BOTH)] == shares
    assert [share.mean for share in shares] == [1, 0]
    for share in shares:  # six patients
        assert share.interval
        low_high = proportion_confint(6 * share.mean, 6, method="wilson")
        assert (share.interval.low, share.interval.high) == pytest.approx(low_high)


def test_every_repeat_counts_once_however_many_systems_have_it() -> None:
    trials = [
        trial(each, [20] * each.requirements.networks, protocol="patients") for each in (sdl(3), single())
    ]
    again = trial(sdl(3), [20, 20], protocol="patients", repeat=1)
    tables = again.predictions  # in the second repeat training has slices of every patient
    shared = tables.assign(patient=tables["patient"].str.replace(r"^\w+_", "fold0_", regex=True))
    candidates = candidates_of([sweep_of([*trials, replace(again, predictions=shared)], repeats=2)])
    share = shared_patients(candidates)
    assert share
    assert share.values == (0, 1)


def test_a_near_duplicate_is_one_of_the_training_slices_of_the_same_fold() -> None:
    folds = [trial(single(), [20], protocol="patients", fold=fold) for fold in (0, 1)]
    candidates = candidates_of([sweep_of(folds)])
    names = [f"{part}{fold}_{n}" for fold in (0, 1) for part in ("train", "test") for n in range(42)]
    assert mean(near_duplicates(candidates, pictures(names, {}))) == 0
    copied = {
        "test0_1": "train0_4",
        "test0_2": "train0_4",
        "test0_3": "test0_5",
        "test1_6": "train0_7",
        "test1_8": "train1_9",
    }
    share = near_duplicates(candidates, pictures(names, copied))
    assert mean(share) == pytest.approx((2 / 42 + 1 / 42) / 2)
    assert share
    assert share.interval
    # Of 12 patients with 7 slices each three have one that is copied: whole patients are drawn.
    assert share.interval.low == 0
    assert 6 / 84 < share.interval.high < 8 / 84
    found = {"single alexnet": candidates[0]}
    rows = leakage_table(found, found, paper_table("table2"), pictures(names, copied)).rows
    assert [row[0] for row in rows] == [PATIENTS, LOOKS, "accuracy, single alexnet"]


def mean(share: Estimate | None) -> float:
    assert share
    assert len(share.values) == 1
    return share.mean


def pictures(names: list[str], copied: dict[str, str]) -> PreparedData:
    """Slices of smooth noise; a copied one is another with a little noise of its own."""
    random = np.random.default_rng(0)
    made = {
        name: Image.fromarray(random.random((16, 16)).astype(np.float32)).resize((64, 64)) for name in names
    }
    noise = random.normal(0, 0.005, (len(names), 64, 64))
    images = np.stack([np.asarray(made[copied.get(name, name)]) for name in names]) + noise
    return PreparedData(
        dataset="generated",
        images=images.astype(np.float32),
        labels=np.zeros(len(names), dtype=np.int64),
        slice_ids=tuple(names),
        patients=("p",) * len(names),
        classes=("II",),
    )
