import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.made_dicom import WriteDicom, item
from helpers.opened import opened_below
from helpers.scanned import read_slices, scan

from harness.data.index.scan import scan_into, scan_records
from harness.data.index.slice_index import SliceIndex
from harness.data.index.slice_table import COLUMNS
from harness.data.series.selection_rule import COPY, Rule
from harness.data.series.slice_record import SliceRecord, records_of_file
from harness.errors import HarnessError


def only(folder: Path, rule: Rule | None = None) -> pd.Series:
    table = scan(folder, rule)
    assert len(table) == 1
    return table.iloc[0]


def test_the_default_rule_includes_a_t1_weighted_sagittal_slice(write_dicom: WriteDicom) -> None:
    row = only(write_dicom("x/a.dcm").parents[1])
    assert list(row.index[: len(COLUMNS)]) == list(COLUMNS)
    assert row[list(COLUMNS[:8])].to_dict() == {
        "path": "x/a.dcm", "frame": 1, "patient_id": "P1", "series_uid": "1.2.3", "plane": "sagittal",
        "weighting": "T1", "taken": "yes", "reason": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}, "not sagittal: axial"),
        ({"ImageOrientationPatient": [0.5, 0.866, 0, 0, 0, -1]}, "not sagittal: oblique"),
        ({"ImageOrientationPatient": None}, "not sagittal: unknown"),
        ({"EchoTime": 100, "RepetitionTime": 4000}, "not T1-weighted: T2"),
        ({"EchoTime": None}, "not T1-weighted: unknown"),
        ({"Modality": "CT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, "not MR"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "a secondary capture"),
        ({"ConversionType": "WSD"}, "a secondary capture"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "a localizer"),
        ({"SeriesDescription": "SAG LOCAL"}, "a localizer"),
        ({"ImageType": ["DERIVED", "PRIMARY"]}, "a derived image or a projection"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "PROJECTION IMAGE"]}, "a derived image or a projection"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "P", "ND"]}, "not a magnitude image"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "M", "MOSAIC"]}, "a mosaic of many slices"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "M", "VFRAME"]}, "a mosaic of many slices"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "a colour image"),
        ({"BodyPartExamined": "SHOULDER"}, "not the brain"),
        ({"BodyPartExamined": "UTERUS"}, "not the brain"),
        ({"SeriesDescription": "sag t1 cervicothoracic"}, "not the brain"),
        ({"StudyDescription": "Kniegelenk"}, "not the brain"),
        ({"PatientID": None}, "no patient ID"),
        ({"SOPInstanceUID": None}, "no SOP instance UID"),
    ],
)
def test_each_reason_for_excluding_a_slice(
    write_dicom: WriteDicom, tags: dict[str, object], reason: str
) -> None:
    if tags.get("SOPInstanceUID", "") is None:
        path = write_dicom()
        content = path.read_bytes()
        start = content.index(b"\x08\x00\x18\x00UI")
        length = 8 + int.from_bytes(content[start + 6 : start + 8], "little")
        path.write_bytes(content[:start] + content[start + length :])
    else:
        path = write_dicom(**tags)
    row = only(path.parent)
    assert (row["taken"], row["reason"]) == ("no", reason)


def test_small_images_are_excluded(write_dicom: WriteDicom) -> None:
    row = only(write_dicom(pixels=np.zeros((63, 200), np.uint16)).parent)
    assert row["reason"] == "fewer than 64 pixels a side"


def test_an_agent_that_is_present_but_empty_is_none(write_dicom: WriteDicom) -> None:
    folder = write_dicom("a.dcm", ContrastBolusAgent="").parent
    write_dicom("b.dcm", ContrastBolusAgent="Gd-DTPA")
    write_dicom("c.dcm", ContrastBolusAgentSequence=item(CodeValue="C-B0322"))
    write_dicom("d.dcm", SeriesDescription="T1 SAG +C", ContrastBolusAgent="NONE")
    write_dicom("e.dcm", SeriesDescription="T1 ohne KM", ContrastBolusAgent="Dotarem")
    contrast = ["pre", "post", "post", "post", "unknown"]
    assert list(scan(folder)["contrast"]) == contrast
    assert set(scan(folder)["taken"]) == {"yes"}
    for wanted in ("pre", "post"):
        taken = scan(folder, Rule(contrast=wanted))["taken"]
        assert list(taken == "yes") == [name == wanted for name in contrast]


@pytest.mark.parametrize(
    ("tags", "contrast"),
    [
        ({"ContrastBolusAgent": "NO CONTRAST"}, "pre"),
        ({"ContrastBolusAgent": "not given"}, "pre"),
        ({"ContrastBolusVolume": 0}, "pre"),
        ({"ContrastBolusVolume": 10}, "post"),
        ({"ContrastBolusAgent": "without", "SeriesDescription": "T1 GAD"}, "post"),
        ({"ContrastBolusAgent": "0 ml"}, "pre"),
        ({"ContrastBolusAgentSequence": item(CodeMeaning="None")}, "pre"),
        ({"SeriesDescription": "T1 SAG", "ProtocolName": "T1 post GD"}, "post"),
        ({"ProtocolName": "T1 SAG POST GAD"}, "post"),
        ({"SeriesDescription": "T1 SAG", "ProtocolName": "BRAIN + C"}, "pre"),  # of the whole examination
    ],
)
def test_who_says_that_an_agent_was_given(
    write_dicom: WriteDicom, tags: dict[str, object], contrast: str
) -> None:
    assert only(write_dicom(**tags).parent)["contrast"] == contrast


def test_the_rule_decides_on_angle_body_part_and_plane(write_dicom: WriteDicom) -> None:
    folder = write_dicom(ImageOrientationPatient=[0.2, 0.98, 0, 0, 0, -1], BodyPartExamined=None).parent
    assert only(folder)["taken"] == "yes"
    assert only(folder, Rule(max_angle=10))["plane"] == "oblique"
    assert only(folder, Rule(body_part="require"))["reason"] == "no part of the body named"
    assert only(folder, Rule(plane="coronal"))["reason"] == "not coronal: sagittal"


def test_of_two_copies_one_is_included_and_a_bad_copy_does_not_count(write_dicom: WriteDicom) -> None:
    folder = write_dicom("b.dcm", SOPInstanceUID="1.2.9").parent
    write_dicom("c.dcm", SOPInstanceUID="1.2.9")
    broken = write_dicom("a.dcm", SOPInstanceUID="1.2.9")
    broken.write_bytes(broken.read_bytes()[:-9])
    assert list(scan(folder)["reason"]) == ["pixel data cut short", "", COPY]


def test_every_file_has_a_row(write_dicom: WriteDicom) -> None:
    folder = write_dicom().parent
    (folder / "notes.txt").write_text("Doe, Jane")
    (folder / "empty.dcm").touch()
    table = scan(folder).set_index("path")
    assert table["reason"].to_dict() == {
        "a.dcm": "", "empty.dcm": "an empty file", "notes.txt": "not a DICOM file"
    }  # fmt: skip


def test_an_empty_folder_has_no_rows_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    assert list(scan(tmp_path).columns[:2]) == ["path", "frame"]
    with pytest.raises(HarnessError, match="no such folder"):
        scan_records(tmp_path / "nothing")
    with pytest.raises(HarnessError, match="no such folder"):
        scan_into(tmp_path / "slices.csv", tmp_path / "nothing")
    assert not list(tmp_path.iterdir())


def test_the_table_is_readable_by_its_owner_alone(write_dicom: WriteDicom, tmp_path: Path) -> None:
    out = tmp_path / "slices.csv"
    out.touch(mode=0o644)
    assert scan_into(out, write_dicom().parent) == {"": 1}
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert list(pd.read_csv(out)["path"]) == ["a.dcm"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["slices.csv"]
    index = tmp_path / ".slices.csv.sdl-index"
    assert stat.S_IMODE(index.stat().st_mode) == 0o700
    assert sorted(path.suffix for path in index.iterdir()) == ["", ".parquet"]


def test_many_files_are_read_by_several_processes_alike(
    write_dicom: WriteDicom, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_dicom("a.dcm").parent
    for number in range(20):
        write_dicom(f"{number}.dcm")
    alone = scan(folder)
    monkeypatch.setattr("harness.parallel.WORTHWHILE", 2)
    monkeypatch.setattr("harness.parallel.cores_available", lambda: 2)
    calls: list[tuple[str, int, int]] = []
    together = scan(folder, progress=lambda *call: calls.append(call))
    pd.testing.assert_frame_equal(alone, together)
    assert calls[-1] == ("reading headers", 21, 21)


def test_real_series_agree_with_their_truth(shared: Path) -> None:
    truth = pd.read_csv(shared / "dicom" / "truth.csv").set_index("folder")
    table = scan(shared / "dicom")
    table = table[table["path"].str.contains("/")]
    folders = table["path"].str.split("/").str[0]
    assert set(folders) == set(truth.index)
    for folder, rows in table.groupby(folders):
        assert set(rows["taken"]) == {truth.loc[folder, "take"]}, folder
        assert rows["path"].nunique() == truth.loc[folder, "files"]
    by_folder = table.groupby(folders).first()
    assert len(table[folders == "philips_enhanced_t1_sag"]) == 8
    assert by_folder.loc["philips_shoulder_t1", "plane"] == "oblique"
    assert by_folder.loc["siemens_flair_sag", "weighting"] == "FLAIR"
    assert by_folder.loc["truncated", "reason"] == "pixel data cut short"
    required = scan(shared / "dicom", Rule(body_part="require"))
    assert set(required.loc[required["path"].str.startswith("ge_t1_sag_3d"), "taken"]) == {"no"}


def read_paths(folder: Path, out: Path, rule: Rule | None = None) -> list[str]:
    """Scan into a table, which is as a new one would be, and return the files that were read for it."""
    with opened_below(folder) as opened:
        counts = scan_into(out, folder, rule)
    table = scan(folder, rule)
    pd.testing.assert_frame_equal(read_slices(out), table)
    assert counts == table["reason"].value_counts().to_dict()
    return opened


def test_a_second_scan_reads_only_what_changed(write_dicom: WriteDicom, tmp_path: Path) -> None:
    out = tmp_path / "slices.csv"
    folder = write_dicom("a.dcm").parent
    write_dicom("b.dcm", ImageOrientationPatient=None, PatientID="NA")
    (folder / "empty").touch()
    (folder / "notes.txt").write_text("none")
    assert read_paths(folder, out) == ["a.dcm", "b.dcm", "notes.txt"]
    assert read_paths(folder, out) == []
    assert read_paths(folder, out, rule=Rule(plane="axial")) == []
    write_dicom("c.dcm", SOPInstanceUID="1.2.7")
    os.utime(folder / "a.dcm", ns=(1, 1))
    (folder / "notes.txt").unlink()
    assert read_paths(folder, out) == ["a.dcm", "c.dcm"]
    before = (folder / "c.dcm").stat()
    write_dicom("c.dcm", SOPInstanceUID="1.2.7", PatientID="P2")
    os.utime(folder / "c.dcm", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (folder / "c.dcm").stat().st_size == before.st_size
    assert read_paths(folder, out) == ["c.dcm"]
    out.write_text("no table")
    assert read_paths(folder, out) == []


@pytest.mark.parametrize(
    "name",
    ["Icon\r", "a\nb.dcm", 'q"u.dcm', "comma,x", " lead", "NA", "=1+1", "tab\tx", "back\\slash", "頭.dcm"],
)
def test_whatever_a_file_is_called_it_is_read_once(
    write_dicom: WriteDicom, tmp_path: Path, name: str
) -> None:
    folder = write_dicom(name, PatientID="A\rB").parent
    assert read_paths(folder, tmp_path / "slices.csv") == [name]
    assert read_paths(folder, tmp_path / "slices.csv") == []


def test_an_interrupted_scan_goes_on_where_it_stopped(
    write_dicom: WriteDicom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "slices.csv"
    folder = write_dicom("0.dcm").parent
    for number in range(1, 6):
        write_dicom(f"{number}.dcm")

    def interrupt(root: Path, path: str) -> list[SliceRecord]:
        if path == "4.dcm":
            raise KeyboardInterrupt
        return records_of_file(root, path)

    with monkeypatch.context() as patch:
        patch.setattr("harness.data.index.scan.records_of_file", interrupt)
        with pytest.raises(KeyboardInterrupt):
            scan_into(out, folder)
    left = list(tmp_path.glob(".slices.csv.sdl-index/*.parquet"))
    assert left
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in left)
    assert read_paths(folder, out) == ["4.dcm", "5.dcm"]


def die(root: Path, path: str) -> list[SliceRecord]:
    if path == "899.dcm":
        time.sleep(1)  # the other process is through with what it took first
        os._exit(9)
    return records_of_file(root, path)


def test_a_process_that_dies_leaves_what_was_read(
    write_dicom: WriteDicom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, original = tmp_path / "slices.csv", write_dicom("000.dcm")
    for number in range(1, 900):
        (original.parent / f"{number:03}.dcm").hardlink_to(original)
    with monkeypatch.context() as patch:
        patch.setattr("harness.parallel.WORTHWHILE", 2)
        patch.setattr("harness.parallel.cores_available", lambda: 2)
        patch.setattr("harness.data.index.scan.records_of_file", die)
        with pytest.raises(HarnessError, match="a process died"):
            scan_into(out, original.parent)
    read = read_paths(original.parent, out)
    assert 0 < len(read) < 900
    assert read[-1] == "899.dcm"


def test_a_scan_that_is_killed_loses_only_what_it_read_last(write_dicom: WriteDicom, tmp_path: Path) -> None:
    out, folder = tmp_path / "slices.csv", write_dicom("0.dcm").parent
    for number in range(1, 6):
        write_dicom(f"{number}.dcm")
    program = f"""
import os, signal
from pathlib import Path
from harness.data.index import scan

def records_of(root, path):
    if path == "4.dcm":
        os.kill(os.getpid(), signal.SIGKILL)
    return read(root, path)

read, scan.records_of_file, scan.BATCH = scan.records_of_file, records_of, 2
scan.scan_into(Path({str(out)!r}), Path({str(folder)!r}))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    write_dicom("1.dcm", PatientID="another")
    (out.with_name(".slices.csv.sdl-index") / "9.parquet.partial").touch()  # as if killed while it wrote
    assert read_paths(folder, out) == ["1.dcm", "4.dcm", "5.dcm"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["slices.csv"]
    assert len(list(tmp_path.glob(".slices.csv.sdl-index/*"))) == 2


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_new_records_go_between_indexed_ones_whatever_the_batch(
    write_dicom: WriteDicom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr("harness.data.index.scan.BATCH", batch)
    out, folder = tmp_path / "slices.csv", write_dicom("d.dcm", SOPInstanceUID="1.2.7").parent
    for number, name in enumerate(("b/c.dcm", "f.dcm", "h.dcm")):
        write_dicom(name, SOPInstanceUID=f"1.2.8.{number}")
    scan_into(out, folder)
    for name in ("a.dcm", "b.c/c.dcm", "e.dcm", "g.dcm", "z.dcm"):
        write_dicom(name, SOPInstanceUID="1.2.7")  # copies, one before the slice taken so far
    (folder / "f.dcm").unlink()
    assert read_paths(folder, out) == ["a.dcm", "b.c/c.dcm", "e.dcm", "g.dcm", "z.dcm"]
    table = read_slices(out)
    assert table is not None
    assert list(table["path"]) == sorted(table["path"])
    assert list(table.loc[table["taken"] == "yes", "path"]) == ["a.dcm", "b/c.dcm", "h.dcm"]


def test_a_table_in_its_own_folder_is_none_of_its_files(
    write_dicom: WriteDicom, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_dicom("a.dcm").parent
    monkeypatch.chdir(folder)
    for _ in range(2):
        assert scan_into(Path("slices.csv"), folder) == {"": 1}
        assert scan_into(folder / "slices.csv", Path()) == {"": 1}


def test_a_folder_that_was_emptied_leaves_an_empty_table(write_dicom: WriteDicom, tmp_path: Path) -> None:
    out, path = tmp_path / "slices.csv", write_dicom()
    scan_into(out, path.parent)
    path.unlink()
    assert scan_into(out, path.parent) == {}
    assert scan_into(out, path.parent) == {}


def test_names_that_are_written_alike_are_two_files(write_dicom: WriteDicom, tmp_path: Path) -> None:
    out, folder = tmp_path / "slices.csv", write_dicom("a\\xff").parent
    Path(os.fsdecode(bytes(folder) + b"/a\xff")).touch()
    for _ in range(2):
        assert scan_into(out, folder) == {"": 1, "the file's name is not UTF-8": 1}


def test_a_damaged_index_is_read_again_and_replaced(write_dicom: WriteDicom, tmp_path: Path) -> None:
    out, folder = tmp_path / "slices.csv", write_dicom("a.dcm").parent
    write_dicom("b.dcm")
    assert read_paths(folder, out) == ["a.dcm", "b.dcm"]
    (part,) = tmp_path.glob(".slices.csv.sdl-index/*.parquet")
    part.write_bytes(part.read_bytes()[:-9])
    assert read_paths(folder, out) == ["a.dcm", "b.dcm"]
    assert read_paths(folder, out) == []


def test_a_file_that_could_not_be_read_is_tried_again(
    write_dicom: WriteDicom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, folder = tmp_path / "slices.csv", write_dicom("a.dcm").parent
    write_dicom("b.dcm")

    def refuse(root: Path, path: str) -> list[SliceRecord]:
        if path == "a.dcm":
            return [SliceRecord(path, problem="no permission to read it")]
        return records_of_file(root, path)

    with monkeypatch.context() as patch:
        patch.setattr("harness.data.index.scan.records_of_file", refuse)
        assert scan_into(out, folder)["no permission to read it"] == 1
    assert read_paths(folder, out) == ["a.dcm"]


def test_of_a_file_that_is_gone_the_index_keeps_nothing(write_dicom: WriteDicom, tmp_path: Path) -> None:
    out, folder = tmp_path / "slices.csv", write_dicom("a.dcm").parent
    gone = write_dicom("b.dcm")
    scan_into(out, folder)
    gone.unlink()
    assert read_paths(folder, out) == []
    assert SliceIndex(out).read()["path"].tolist() == ["a.dcm"]


def written(path: Path) -> tuple[int, int]:
    """Which file a path names, and when it was written; reading it changes neither."""
    return path.stat().st_ino, path.stat().st_mtime_ns


def test_a_table_that_would_not_change_is_left_as_it_is(write_dicom: WriteDicom, tmp_path: Path) -> None:
    out, folder = tmp_path / "slices.csv", write_dicom().parent
    scan_into(out, folder)
    before = written(out)
    scan_into(out, folder)
    assert written(out) == before
    scan_into(out, folder, Rule(plane="axial"))
    assert written(out) != before


def test_a_path_where_no_table_can_be_written_is_an_error(write_dicom: WriteDicom, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (tmp_path / "file" / "slices.csv", Path("/proc/slices.csv")):
        with pytest.raises(HarnessError, match="no table can be written there"):
            scan_into(out, write_dicom().parent)


def test_of_two_scans_into_one_table_the_second_is_refused(write_dicom: WriteDicom, tmp_path: Path) -> None:
    out, folder = tmp_path / "slices.csv", write_dicom().parent

    def scan_again(*_: object) -> None:
        with pytest.raises(HarnessError, match="another scan is writing this table"):
            scan_into(out, folder)

    assert scan_into(out, folder, progress=scan_again) == {"": 1}


def test_the_lock_of_a_table_is_one_file_for_all_scans(write_dicom: WriteDicom, tmp_path: Path) -> None:
    out, folder, lock = tmp_path / "slices.csv", write_dicom().parent, tmp_path / ".slices.csv.sdl-index/lock"
    during: list[int] = []
    for _ in range(2):
        scan_into(out, folder, progress=lambda *_: during.append(lock.stat().st_ino))
        during.append(lock.stat().st_ino)
    assert len(during) == 3
    assert len(set(during)) == 1
