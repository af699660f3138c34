import os
from pathlib import Path

import pytest

from harness.data.index.walk import INDEX_SUFFIX, FileEntry, walk


def entries(root: Path) -> dict[str, FileEntry]:
    found = list(walk(root))
    assert len({entry.path for entry in found}) == len(found)
    return {entry.path: entry for entry in found}


def test_files_are_found_with_size_and_times(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.dcm").write_bytes(b"12345")
    found = entries(tmp_path)["a/b/x.dcm"]
    status = (tmp_path / "a" / "b" / "x.dcm").stat()
    assert (found.size, found.modified, found.changed) == (5, status.st_mtime_ns, status.st_ctime_ns)
    assert found.problem == ""


def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "z").mkdir(parents=True)
    outside.mkdir()
    (outside / "x").write_bytes(b"1")
    (root / "z" / "y").write_bytes(b"1")
    (root / "a").symlink_to(outside)
    (root / "b").symlink_to(root)
    (root / "c").symlink_to(root / "z")
    (root / "d").symlink_to("d")
    (root / "e").symlink_to("nowhere")
    found = entries(root)
    assert found["a/x"].problem == found["z/y"].problem == ""
    assert found["b"].problem == found["c"].problem == "a link to a folder that was already read"
    assert found["d"].problem.startswith("cannot be read")
    assert found["e"].problem == "a link that leads nowhere"


def test_what_is_no_readable_file_is_named_with_a_problem(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.dcm")).write_bytes(b"1")
    found = entries(tmp_path)
    assert found["pipe"].problem == "not a regular file"
    assert found["empty"].problem == "an empty file"
    assert found["caf\\xe9.dcm"].problem == "the file's name is not UTF-8"


def test_files_that_are_not_the_folders_own_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "a" / f".slices.csv{INDEX_SUFFIX}"
    index.mkdir(parents=True)
    for path in (index / "0.parquet", tmp_path / "a" / "slices.csv", tmp_path / "slices.csv"):
        path.touch()
    monkeypatch.chdir(tmp_path / "a")
    assert [entry.path for entry in walk(tmp_path, exclude=[Path("slices.csv")])] == ["slices.csv"]
    assert [entry.path for entry in walk(Path(), exclude=[tmp_path / "a" / "slices.csv"])] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    try:
        assert entries(tmp_path)["closed"].problem == "no permission to read it"
    finally:
        closed.chmod(0o700)
