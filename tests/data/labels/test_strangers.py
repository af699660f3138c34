import pandas as pd
import pytest
from helpers.recipes import recipe
from ruamel.yaml import YAML

from harness.data.labels.label_table import PatientLabels, read_labels
from harness.data.labels.nearly_equal import normalise_id
from harness.data.labels.strangers import refuse_strangers
from harness.data.recipe import Replacement
from harness.errors import InvalidInputError

IDS = [f"HF06{number}" for number in range(10, 18)]


def labels(ids: list[str], **columns: list[str]) -> PatientLabels:
    table = pd.DataFrame({"id": ids, "grade": ["II", "III"] * (len(ids) // 2), **columns})
    return read_labels(recipe(), table)


def fix(own: PatientLabels, imaged: list[str], **more: object) -> str:
    with pytest.raises(InvalidInputError) as refused:
        refuse_strangers(recipe(**more), own, imaged)
    (fault,) = refused.value.faults
    assert fault.where == "made: labels.csv"
    both = [
        f"{len(ids)} patients, as {', '.join(map(repr, sorted(ids)[:3]))}" for ids in (imaged, own.patients)
    ]
    assert fault.received == f"images of {both[0]}; column 'id' of {both[1]}"
    return fault.fix


@pytest.mark.parametrize(
    "spelt",
    [
        "hf06{}",
        "HF-06{}",
        "HF06{}_1",
        "sub-HF06{}",
        "HF06{}.MR",
        "HF_06{} ",
        "HF6{}",
        "HF06{}.0",
        "GLIOMA HF06{}",
    ],
)
def test_three_ids_of_either_side_are_shown_with_the_replacement_that_joins_them(spelt: str) -> None:
    imaged = [spelt.format(number).strip() for number in range(10, 18)]
    for own, others in ((IDS, imaged), (imaged, IDS)):
        found = fix(labels(own), others)
        assert found.startswith("add to `normalise` below labels: ")
        stated = YAML(typ="safe").load(f"[{found.split(': ', 1)[1]}]")
        replacements = [Replacement.model_validate(each) for each in stated]
        assert {normalise_id(name, replacements) for name in own} == {
            normalise_id(name, replacements) for name in others
        }


def test_another_column_that_holds_the_ids_of_the_images_is_named() -> None:
    imaged = [f"MR-{number}" for number in range(8)]
    own = labels(IDS, **{" Scan ID": [f"MR_{name[3:]}" for name in imaged]})
    dashes = {"normalise": [{"pattern": "_", "replace": "-"}]}
    assert (
        fix(own, imaged, labels=dashes) == "name the column that holds them below labels: `patient: Scan ID`"
    )


def test_ids_that_nothing_joins_are_left_to_the_user() -> None:
    found = fix(labels(IDS), ["TCGA-CS-4941", "TCGA-CS-4942"])
    assert "`normalise`" in found
    assert "`patient`" in found
    assert "`sheet`" not in found


@pytest.mark.parametrize("imaged", [[], [""], ["other", IDS[0]]])
def test_no_patient_with_images_or_one_in_the_table_is_no_reason_to_refuse(imaged: list[str]) -> None:
    refuse_strangers(recipe(), labels(IDS), imaged)
