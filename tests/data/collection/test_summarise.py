from pathlib import Path

from helpers.recipes import recipe

from harness.data.collection.prepare import prepare
from harness.data.labels.label_table import labels_below


def test_the_report_counts_every_reason_and_names_nobody(made: Path, tmp_path: Path) -> None:
    report = prepare(recipe(), made, tmp_path / "cache").selection
    assert [(each.name, each.labelled_patients, each.patients, each.slices) for each in report.classes] == [
        ("II", 3, 2, 4),
        ("III", 1, 1, 1),
    ]
    assert {each.reason: each.count for each in report.exclusions} == {
        "a constant image": 1,
        "not T1-weighted: T2": 1,
        "not a DICOM file": 1,
        "the patient is not in the label table": 1,
        "the patient's label is missing or no class": 1,
    }
    unlabelled = {each.reason: each.count for each in report.unlabelled}
    assert unlabelled == {"label reads '?'": 1, "two different classes": 0}
    warned = {each.name: (each.found, each.where) for each in report.warnings}
    assert warned["patients with a class, but without images"] == ("1 patient", "")
    assert warned["constant slices, left out"] == ("1 slice", "c47f5b18b8a430e6")
    assert "DOE" not in repr(report)
    assert "dcm" not in repr(report)


def test_reasons_are_in_the_order_of_their_counts(made: Path, tmp_path: Path) -> None:
    (made / "DOE" / "note.txt").write_text("none")
    report = prepare(recipe(), made, tmp_path / "cache").selection
    reasons = [(each.reason, each.count) for each in report.exclusions]
    assert reasons[0] == ("not a DICOM file", 2)
    assert reasons == sorted(reasons, key=lambda counted: (-counted[1], counted[0]))


def test_a_label_that_may_name_somebody_is_counted_and_not_kept(made: Path, tmp_path: Path) -> None:
    texts = ["Dr Doe", "see Doe", "II/III", "IIa"]
    rows = [f"X{number},{text}" for number, text in enumerate(texts)]
    (made / "labels.csv").write_text("\n".join(["id,grade", "B,III", "C,II", *rows]))
    wanted = recipe(classes=["II", "III"])
    report = prepare(wanted, made, tmp_path / "cache").selection
    assert {each.reason: each.count for each in report.unlabelled} == {
        "label is another text": 2,
        "label reads 'II/III'": 1,
        "label reads 'IIa'": 1,
        "two different classes": 0,
    }
    assert "Doe" not in repr(report)
    assert labels_below(wanted, made).free_texts == {"Dr Doe": 1, "see Doe": 1}
