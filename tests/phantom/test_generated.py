from pathlib import Path

import pytest
from helpers.scanned import scan

from harness.data.collection.prepare import prepare
from harness.data.sources.load_recipe import load_recipe
from harness.phantom import SliceTruth, generate


@pytest.mark.slow
def test_the_generated_collection_comes_back_as_it_was_meant(tmp_path: Path) -> None:
    truth: list[SliceTruth] = generate(tmp_path / "made", patients={"II": 1, "III": 1, "IV": 1}, seed=3)
    table = scan(tmp_path / "made").set_index("path")
    for meant in truth:
        row = table.loc[meant.path.as_posix()]
        assert (row["taken"] == "yes", row["patient_id"]) == (meant.included, meant.patient_id), meant.path
    data = prepare(load_recipe("generated"), tmp_path / "made", tmp_path / "cache")
    expected = sorted((meant.grade, meant.patient_id) for meant in truth if meant.included and meant.grade)
    prepared = zip((data.classes[label] for label in data.labels), data.patients, strict=True)
    assert sorted(prepared) == expected
    assert len(set(data.patients)) == 3
