from pathlib import Path

import pytest

from harness.data.recipe import Recipe
from harness.data.sources.load_recipe import load_recipe
from harness.errors import InvalidInputError
from harness.shipped import names

WHOLE = """
source: dicom
labels: {table: t.csv, patient: id, label: grade}
"""


def read(folder: Path, text: str) -> Recipe:
    path = folder / "made.yaml"
    path.write_text(text)
    return load_recipe(str(path))


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(InvalidInputError) as caught:
        read(folder, text)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("name", names("datasets"))
def test_every_shipped_recipe_is_valid_and_opens_with_its_command(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    text = (Path(__file__).parents[3] / "datasets" / f"{name}.yaml").read_text()
    assert f"#   sdl data prepare {name}" in text
    stated = [line for line in text.splitlines() if line and not line.startswith("#")]
    uncommented = [line for line in stated if "#" not in line]
    assert uncommented == [line for line in stated if line == "labels:"]


def test_what_is_not_stated_keeps_its_default(tmp_path: Path) -> None:
    recipe = read(tmp_path, WHOLE)
    assert (recipe.name, recipe.image_size, recipe.patient_ids) == ("made", 128, "pseudonyms")
    assert (recipe.slices.plane, recipe.slices.weighting, recipe.slices.max_angle) == ("sagittal", "T1", 25)
    assert (recipe.slices.contrast, recipe.slices.body_part) == ("any", "allow")
    assert recipe.patients.ids is recipe.patients.count is None


def test_all_faults_are_found_at_once_with_their_lines(tmp_path: Path) -> None:
    text = """source: dicm
slices:
  plane: sagital
  wieghting: T1
  max_angle: 90
labels:
  table: t.csv
  patient: id
  normalise:
    - {pattern: "(", replace: ""}
classes: [II]
"""
    found = faults(tmp_path, text)
    expected = [
        ("made.yaml:1: source", "did you mean 'dicom'"),
        ("made.yaml:3: slices.plane", "did you mean 'sagittal'"),
        ("made.yaml:4: slices.wieghting is no key", "did you mean 'weighting'"),
        ("made.yaml:5: slices.max_angle", "45"),
        ("made.yaml:6: labels.label is required", "add"),
        ("made.yaml:10: labels.normalise.0.pattern", "no regular expression"),
    ]
    for where, fix in expected:
        assert [fault for fault in found if fault.startswith(where) and fix in fault], (where, found)
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ("classes: [II]", "at least two different names"),
        ("classes: [II, II]", "at least two different names"),
        ("patients: {list: [a], count: {II: 1}}", "not by both"),
        ("patients: some", "patients"),
        ("image_size: 8", "image_size"),
        ("crop: {masks: masks}", "made.yaml:4: crop needs masks, which only images have"),
    ],
)
def test_each_rule(tmp_path: Path, more: str, rule: str) -> None:
    (fault,) = faults(tmp_path, WHOLE + more)
    assert rule in fault


def test_what_a_source_asks_of_a_recipe_is_reported_with_its_line(tmp_path: Path) -> None:
    text = "source: images\nlabels:\n  table: t.csv\n  patient: id\n  label: grade\nwindow: header\n"
    path, window = faults(tmp_path, text)
    assert path.startswith("made.yaml:2: images are found by the label table: labels.path names")
    assert "received: nothing" in path
    assert window.startswith("made.yaml:6: window: header needs headers, and images have none")
    assert "received: 'header'" in window


def test_a_misspelt_window_is_a_fault_with_its_line(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, WHOLE + "window: headr")
    assert fault.startswith("made.yaml:4: window")
    assert "did you mean 'header'" in fault


@pytest.mark.parametrize(
    ("site", "where", "rule"),
    [
        ('{pattern: "TCGA-..-"}', "labels.site.pattern", "must stand in brackets"),
        ('{pattern: "TCGA-(..-"}', "labels.site.pattern", "no regular expression"),
        ('{pattern: "(..)", column: Institution}', "labels.site", "by one of them"),
        ("{}", "labels.site", "by one of them"),
        ('{patern: "(..)"}', "labels.site.patern is no key", "did you mean 'pattern'"),
    ],
)
def test_a_pattern_of_hospitals_that_is_none_is_a_fault_with_its_line(
    tmp_path: Path, site: str, where: str, rule: str
) -> None:
    text = f"source: dicom\nlabels:\n  table: t.csv\n  patient: id\n  label: grade\n  site: {site}\n"
    (fault,) = faults(tmp_path, text)
    assert fault.startswith(f"made.yaml:6: {where}")
    assert rule in fault


def test_patients_may_be_all_listed_or_counted(tmp_path: Path) -> None:
    assert read(tmp_path, WHOLE + "patients: all").patients.ids is None
    assert read(tmp_path, WHOLE + "patients: [a, 7]").patients.ids == ("a", "7")
    counted = read(tmp_path, WHOLE + "patients: {count: {II: 7, 3: 1}, seed: 4}").patients
    assert (counted.count, counted.seed) == ({"II": 7, "3": 1}, 4)


def test_classes_and_patients_are_text_as_it_stands(tmp_path: Path) -> None:
    recipe = read(tmp_path, WHOLE + "classes: [010, no]\npatients: {list: [010, 007, 1:30, 2020-01-02]}")
    assert recipe.classes == ("010", "no")
    assert recipe.patients.ids == ("010", "007", "1:30", "2020-01-02")
    assert read(tmp_path, WHOLE + "patients: [010, 007]").patients.ids == ("010", "007")
    assert read(tmp_path, WHOLE + "patients: {count: {010: 2}}").patients.count == {"010": 2}


def test_the_digest_knows_every_setting_but_the_root(tmp_path: Path) -> None:
    plain = read(tmp_path, WHOLE)
    assert read(tmp_path, WHOLE + "root: somewhere").digest == plain.digest
    others = [
        "image_size: 64",
        "window: header",
        "slices: {contrast: pre}",
        "patients: [a]",
        "classes: [II, III]",
    ]
    digests = {read(tmp_path, WHOLE + more).digest for more in others}
    assert len(digests | {plain.digest}) == len(others) + 1
