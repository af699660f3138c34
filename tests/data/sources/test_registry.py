from pathlib import Path

import pytest

from harness.data.sources.registry import source_named, source_names
from harness.errors import HarnessError


def test_a_name_leads_to_its_source_and_another_to_the_nearest() -> None:
    assert [source_named(name).name for name in source_names()] == source_names()
    assert [source_named(name).reads_headers for name in ("dicom", "images")] == [True, False]
    with pytest.raises(HarnessError, match="did you mean 'dicom'"):
        source_named("dicm")


def test_a_package_that_cannot_be_imported_is_reported_by_the_name_of_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = tmp_path / "broken_source-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: broken_source\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[sdl_harness.sources]\nbroken = no_such_module:SOURCE\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert source_named("dicom").name == "dicom"
    with pytest.raises(HarnessError, match="'broken' cannot be loaded from no_such_module:SOURCE: No module"):
        source_named("broken")
