import pytest

from harness.data.labels.header import Header, as_frame, bare, find_header

COLUMNS = ("Patient ID", "Grade")


@pytest.mark.parametrize(
    ("rows", "names", "below"),
    [
        ([["Patient ID", "Grade"], ["a", "II"]], ("Patient ID", "Grade"), 1),
        ([["Glioma cohort", ""], ["Patient ID", "Grade"]], ("Patient ID", "Grade"), 2),
        ([["Patient ID: see below", "Grade: WHO"], [" patientid", "GRADE\n"]], (" patientid", "GRADE\n"), 2),
        ([["Patient", "Tumour", ""], ["ID", "Grade", "Type"]], ("Patient ID", "Grade", "Tumour Type"), 2),
        ([["Patient ID", "Tumour", ""], ["", "Grade", "Type"]], ("Patient ID", "Grade", "Tumour Type"), 2),
        ([["x"], ["Patient ID", "Tumour"], ["", "Grade", "Type"]], ("Patient ID", "Grade", "Tumour Type"), 3),
        ([["Patient", "Age"], ["ID", "years", "Grade"]], ("Patient ID", "Age years", "Grade"), 2),
    ],
)  # fmt: skip
def test_the_header_is_the_first_row_or_pair_of_rows_that_names_the_columns(
    rows: list[list[str]], names: tuple[str, ...], below: int
) -> None:
    found = find_header(rows, COLUMNS)
    assert found is not None
    assert found.names == names
    assert found.below == below


def test_no_header_is_found_where_no_row_names_all_columns() -> None:
    assert find_header([["Patient ID", "Stage"], ["Age", "Grade"]], ("Patient ID", "Class")) is None
    assert find_header([["x"]] * 60 + [["Patient ID", "Grade"]], COLUMNS) is None


def test_blank_rows_and_copies_of_the_header_are_no_patients() -> None:
    rows = [["id", "grade", ""], ["a", "II", ""], ["", " ", ""], ["ID ", "Grade", ""], ["b"]]
    frame = as_frame(rows, Header(("id", "grade", ""), 1))
    assert frame.to_dict("list") == {"id": ["a", "b"], "grade": ["II", ""]}


def test_columns_of_one_name_or_none_stay_apart() -> None:
    frame = as_frame([["1", "2", "3", "4"]], Header(("x", "x", "", "x.1"), 0))
    assert frame.to_dict("list") == {"x": ["1"], "x.1": ["2"], "Unnamed: 2": ["3"], "x.1.1": ["4"]}


@pytest.mark.parametrize(
    "name",
    ["Patient ID", " patient\nid", "Patient\N{NO-BREAK SPACE}ID", "\N{ZERO WIDTH NO-BREAK SPACE}PATIENT ID"],
)
def test_blanks_case_and_signs_that_nobody_sees_do_not_count(name: str) -> None:
    assert bare(name) == "patientid"
