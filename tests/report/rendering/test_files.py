from pathlib import Path

import pytest

from harness.report.document import Document, Section, Table
from harness.report.rendering.files import write_files


def test_two_tables_of_one_name_are_refused_and_not_overwritten(tmp_path: Path) -> None:
    tables = tuple(Table(("a",), ((number,),), stem="same") for number in range(2))
    document = Document("a", Table(("sweep", "a"), ()), (Section("Whole", tables),))
    with pytest.raises(ValueError, match=r"share a stem: \['same.csv', 'same.csv'\]"):
        write_files(document, tmp_path)
