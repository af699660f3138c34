import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.recipes import checks, recipe
from PIL import Image

from harness.data.collection.prepare import prepare
from harness.data.collection.selection_report import ReasonCount
from harness.data.series.slice_record import slice_digest


def claiming(png: bytes, side: int) -> bytes:
    """The same file with a header that claims `side` by `side` pixels."""
    header = png[12:16] + struct.pack(">II", side, side) + png[24:29]
    return png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in ("a1", "a2", "b1"):
        Image.fromarray(rng.integers(0, 255, (64, 64), dtype=np.uint8)).save(folder / f"{name}.png")
    (folder / "broken.png").write_bytes((folder / "a1.png").read_bytes()[:200])
    (folder / "copy.png").write_bytes((folder / "a1.png").read_bytes())
    for name, side in (("large.png", 10_000), ("huge.png", 40_000)):
        (folder / name).write_bytes(claiming((folder / "a1.png").read_bytes(), side))
    rows = [
        "file,id,grade",
        "huge.png,b,3",
        "large.png,b,3",
        "a1.png,a,2",
        "a2.png,a,2",
        "b1.png,b,3",
        "broken.png,b,3",
        "copy.png,b,3",
        "none.png,b,3",
    ]
    (folder / "labels.csv").write_text("\n".join([*rows, "../a1.png,b,3"]))
    return folder


def test_images_are_included_as_the_table_lists_them(pictures: Path, tmp_path: Path) -> None:
    data = prepare(recipe(source="images", labels={"path": "file"}), pictures, tmp_path / "cache")
    assert data.images.shape == (3, 128, 128)
    expected = {slice_digest((pictures / f"{name}.png").read_bytes()): name[0] for name in ("a1", "a2", "b1")}
    assert data.slice_ids == tuple(sorted(expected))
    assert list(data.labels) == [0 if expected[name] == "a" else 1 for name in data.slice_ids]
    excluded = {each.reason.split(" (")[0]: each.count for each in data.selection.exclusions}
    assert excluded == {
        "the same SOP instance UID or image as another slice": 1,
        "a path outside the root": 1,
        "the image is missing": 1,
        "the image cannot be decoded": 1,
        "claims an absurd size": 2,
    }
    digest = hashlib.sha256((pictures / "a1.png").read_bytes()).hexdigest()[:16]
    copies = checks(data)["copies of a slice of another patient"]
    assert (copies.level, copies.count, copies.where) == ("warning", 2, digest)


def test_paths_listed_on_windows_are_found_and_none_leads_out_of_the_root(
    pictures: Path, tmp_path: Path
) -> None:
    (pictures / "deep" / "er").mkdir(parents=True)
    for name in ("a1", "b1"):
        (pictures / f"{name}.png").rename(pictures / "deep" / "er" / f"{name}.png")
    (pictures / "a2.png").rename(pictures / "a\\2.png")  # here a name like any other
    rows = [
        "deep\\er\\a1.png,a,2",
        "deep\\er\\b1.png,b,3",
        "a\\2.png,c,2",
        "..\\a1.png,b,3",
        "C:\\a1.png,b,3",
    ]
    (pictures / "labels.csv").write_text("\n".join(["file,id,grade", *rows]))
    wanted = recipe(source="images", labels={"path": "file"}, patient_ids="public")
    data = prepare(wanted, pictures, tmp_path / "cache")
    assert sorted(data.patients) == ["a", "b", "c"]
    excluded = {each.reason: each.count for each in data.selection.exclusions}
    assert excluded == {"a path outside the root": 1, "the image is missing": 1}


def test_rows_without_a_path_or_a_patient_are_left_and_counted(pictures: Path, tmp_path: Path) -> None:
    cells = [
        ("a1.png", "a", "2"),
        ("b1.png", "b", "3"),
        ("#N/A", "a", "2"),
        ("", "a", "2"),
        ("a2.png", "#REF!", "2"),
    ]
    pd.DataFrame(cells, columns=["file", "id", "grade"]).to_excel(pictures / "labels.xlsx", index=False)
    wanted = recipe(source="images", labels={"path": "file", "table": "labels.xlsx"}, patient_ids="public")
    data = prepare(wanted, pictures, tmp_path / "cache")
    assert sorted(data.patients) == ["a", "b"]
    excluded = {each.reason: each.count for each in data.selection.exclusions}
    assert excluded == {"no path in the table": 2, "no patient ID": 1}
    assert checks(data)["rows with a label, but without a patient ID"].count == 1


def test_images_are_cut_to_their_tumours(pictures: Path, tmp_path: Path) -> None:
    (pictures / "masks").mkdir()
    mask = np.zeros((64, 64), np.uint8)
    mask[20:30, 30:40] = 1
    for name in ("a1", "b1", "copy"):
        Image.fromarray(mask).save(pictures / "masks" / f"{name}.png")
    cut = recipe(source="images", labels={"path": "file"}, crop={"masks": "masks", "margin": 5})
    data = prepare(cut, pictures, tmp_path / "cache")
    with Image.open(pictures / "a1.png") as image:
        whole = np.asarray(image, dtype=np.float64)
    low, high = np.percentile(whole, [0.5, 99.5])
    expected = ((whole - low) / (high - low)).clip(0, 1)[15:35, 25:45].astype(np.float32)
    expected = np.asarray(Image.fromarray(expected).resize((128, 128), Image.Resampling.BILINEAR))
    slice_id = slice_digest((pictures / "a1.png").read_bytes())
    np.testing.assert_allclose(data.images[data.slice_ids.index(slice_id)], expected, atol=1e-6)
    assert ReasonCount(reason="the mask is missing", count=1) in data.selection.exclusions
    assert "cut to the tumour with 5 pixels" in data.selection.rule


def test_no_image_is_cut_by_the_mask_of_another(tmp_path: Path) -> None:
    rows, rng = ["file,id,grade"], np.random.default_rng(0)
    corners = {"a/0": 4, "b/0": 40, "c/1": 8, "1": 8, "0": 20}
    for name in ("masks/a", "masks/b", "masks/c", "a", "b", "c", "d"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("a/0", "b/0", "c/1", "d/0"):
        Image.fromarray(rng.integers(0, 255, (64, 64), dtype=np.uint8)).save(tmp_path / f"{name}.png")
        rows.append(f"{name}.png,{name[0]},{2 + (name[0] == 'b')}")
    for name in ("a/0", "b/0", "1", "0"):
        mask = np.zeros((64, 64), np.uint8)
        mask[corners[name] : corners[name] + 20, :20] = 1
        Image.fromarray(mask).save(tmp_path / "masks" / f"{name}.png")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    cut = recipe(
        source="images", labels={"path": "file"}, crop={"masks": "masks", "margin": 0}, patient_ids="public"
    )
    data = prepare(cut, tmp_path, tmp_path.with_name(f"{tmp_path.name}-cache"))
    assert sorted(data.patients) == ["a", "b", "c"]
    for name in ("a/0", "b/0", "c/1"):
        with Image.open(tmp_path / f"{name}.png") as image:
            whole = np.asarray(image, dtype=np.float64)
        low, high = np.percentile(whole, [0.5, 99.5])
        part = ((whole - low) / (high - low)).clip(0, 1)[corners[name] : corners[name] + 20, :20]
        resized = Image.fromarray(part.astype(np.float32)).resize((128, 128), Image.Resampling.BILINEAR)
        np.testing.assert_allclose(data.images[data.patients.index(name[0])], resized, atol=1e-6)
    shared = ReasonCount(reason="the mask bears the name of several images", count=1)
    assert shared in data.selection.exclusions
