import pandas as pd

from harness.data.series.selection_rule import COPY, drop_duplicates, exclude


def table(**columns: list[str]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    return pd.DataFrame({"taken": ["yes"] * size, "reason": [""] * size, **columns})


def test_of_slices_with_one_id_the_first_included_is_kept() -> None:
    slices = table(slice_id=["a", "b", "a", "a", "b"], taken=["no", "yes", "yes", "yes", "yes"])
    kept = drop_duplicates(slices.assign(reason=["not sagittal", "", "", "", ""]))
    assert kept["taken"].tolist() == ["no", "yes", "yes", "no", "no"]
    assert kept["reason"].tolist() == ["not sagittal", "", "", COPY, COPY]


def test_a_slice_without_an_id_is_no_copy() -> None:
    kept = drop_duplicates(table(slice_id=["", "a", "", "a", ""]))
    assert kept["taken"].tolist() == ["yes", "yes", "yes", "no", "yes"]
    assert drop_duplicates(table(slice_id=[])).empty


def test_only_what_is_still_included_is_given_a_reason() -> None:
    slices = table(slice_id=["a", "b", "c"], taken=["no", "yes", "yes"]).assign(reason=["first", "", ""])
    slices.index = pd.Index([7, 8, 9])  # as of a part of a table
    kept = exclude(slices, pd.Series(["second", "second", ""]))
    assert kept["taken"].tolist() == ["no", "no", "yes"]
    assert kept["reason"].tolist() == ["first", "second", ""]
