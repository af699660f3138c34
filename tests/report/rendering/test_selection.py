from harness.data.collection.selection_report import Check, ClassCounts, ReasonCount, SelectionReport
from harness.report.rendering.selection import selection_markdown


def report(*classes: ClassCounts) -> SelectionReport:
    return SelectionReport(
        dataset="made",
        rule="Images, declared to be axial and T1-weighted.",
        classes=classes,
        exclusions=(ReasonCount(reason="not MR", count=7), ReasonCount(reason="a | b", count=2)),
        unlabelled=(ReasonCount(reason="two different classes", count=1),),
        checks=(Check(level="warning", name="saturated slices", count=1, unit="slice", where="s1"),),
    )


def test_every_count_stands_beside_the_papers() -> None:
    two = ClassCounts(name="II", labelled_patients=5, patients=3, slices=40)
    three = ClassCounts(name="III", labelled_patients=4, patients=2, slices=20)
    text = selection_markdown(report(two, three))
    for line in (  # the paper: 41 and 25 patients with a grade; 7 and 6 with 128 and 108 slices
        "# Selection of made",
        "| II | 5 | 41 |", "| III | 4 | 25 |", "| all | 9 | 66 |",
        "| II | 3 | 7 | 40 | 128 |", "| III | 2 | 6 | 20 | 108 |", "| all | 5 | 13 | 60 | 236 |",
        "| not MR | 7 |", "| a \\| b | 2 |", "| all | 9 |",
        "| two different classes | 1 |",
        "| warning | saturated slices | 1 slice | s1 |",
    ):  # fmt: skip
        assert line in text.splitlines(), line


def test_classes_that_are_no_grade_have_nothing_of_the_paper_beside_them() -> None:
    text = selection_markdown(report(ClassCounts(name="benign", labelled_patients=5, patients=3, slices=40)))
    assert "| benign | 3 | – | 40 | – |" in text
    assert "| all | 3 | – | 40 | – |" in text
