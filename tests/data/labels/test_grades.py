import pytest

from harness.data.labels.grades import is_missing, names_nobody, read_grade


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("II", "II"), (" iii ", "III"), ("2", "II"), ("4.0", "IV"), ("G2", "II"), ("Grade II", "II"),
        ("grade3", "III"),
        ("WHO grade 2", "II"), ("WHO-Grad IV", "IV"), ("WHO II", "II"), ("I", "I"), ("CNS WHO grade 4", "IV"),
        ("WHO°III", "III"), ("III°", "III"), ("Gr. II", "II"), ("grading 2", "II"), ("3,0", "III"),
        ("WHO Ⅱ级", "II"), ("WHO CNS5 grade 2", "II"), ("II.", "II"), ("３", "III"),
        ("II/III", ""), ("2.5", ""), ("II-III", ""), ("grade", ""), ("13", ""), ("III 2", ""),
        ("IIa", ""), ("5", ""), ("0", ""), ("--", ""), ("", ""), ("high", ""), ("22", ""),
        ("GBM", ""),
        ("WHO 2021 grade 2", "II"), ("WHO CNS (2021) grade 4", "IV"), ("grade II (WHO)", "II"),
        ("2 (WHO 2016)", "II"), ("Grade_II", "II"), ("(II)", "II"), ("[3]", "III"), ("WHO 2021", ""),
        ("2021", ""), ("2021 2", ""),
        ("WHO 20212", ""), ("II (III)", ""), ("WHO", ""),
    ],
)  # fmt: skip
def test_grades_are_understood_as_they_are_spelt(text: str, grade: str) -> None:
    assert read_grade(text) == grade


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "--",
        "n/a",
        "Unknown",
        "II/III",
        "2-3",
        "WHO II-III",
        "5",
        "0",
        "2.5",
        "IIa",
        "II?",
        "grade I",
    ],
)
def test_what_is_missing_or_like_a_grade_names_nobody(text: str) -> None:
    assert names_nobody(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dr Doe",
        "Vi Ii",
        "Viv",
        "I. Iv",
        "12345",
        "2021",
        "1-2-1934",
        "pending",
        "II, see Doe",
        "1 2 3 4 5 6",
        "x" * 9,
        "I" + 30 * " ",
    ],
)
def test_free_text_may_name_somebody(text: str) -> None:
    assert not names_nobody(text)


@pytest.mark.parametrize(
    "text",
    [
        " Not available ", "[Not Available]", "[Not Applicable]", "[Not Evaluated]", "[Unknown]", "[]",
        "not reported", "not_applicable", "not  evaluated", "(none)", "n.a.", "N.A", "n. a.", "N/A", "#N/A",
        "'--", "-", "–", "—", "———", "−", "?", "？", "??", ".", "...",
    ],
)  # fmt: skip
def test_marks_of_absence_count_however_they_are_spelt(text: str) -> None:
    assert is_missing(text)
    assert names_nobody(text)
    assert not read_grade(text)


@pytest.mark.parametrize(
    "text",
    [  # what Excel (in English, German, French, Spanish, Portuguese, Dutch) and LibreOffice show
        "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
        "#GETTING_DATA",
        "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#NV", "#BEZUG!", "#WERT!", "#ZAHL!",
        "#VALEUR!", "#NOM?", "#NOMBRE!", "#N/D", "#¡REF!", "#¿NOMBRE?", "#¡VALOR!", "#N/B", "#VERW!",
        "#WAARDE!",
        "Err:502", " #n/a ", "####",
    ],
)  # fmt: skip
def test_a_failed_formula_says_nothing(text: str) -> None:
    assert is_missing(text)
    assert names_nobody(text)


@pytest.mark.parametrize("text", ["#2", "#II", "name", "ref", "value!", "# Doe", "#Doe", "Err: see Doe"])
def test_what_only_looks_like_a_failed_formula_is_not_missing(text: str) -> None:
    assert not is_missing(text)


@pytest.mark.parametrize(
    "text", ["II", "(II)", "[3]", "0", "+", "(+)", "+/-", "no", "not", "unknown primary", "N. Ano"]
)
def test_what_says_something_is_not_missing(text: str) -> None:
    assert not is_missing(text)
