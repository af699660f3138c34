from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data.preparation.crop import MaskError, find_mask, shared_names, tumour_box


@given(
    top=st.integers(0, 39), left=st.integers(0, 59), height=st.integers(1, 40), width=st.integers(1, 60),
    margin=st.integers(0, 12),
)  # fmt: skip
def test_the_box_is_the_smallest_square_that_holds_tumour_and_margin(
    top: int, left: int, height: int, width: int, margin: int
) -> None:
    mask = np.zeros((40, 60), np.uint8)
    mask[top : top + height, left : left + width] = 255
    box = tumour_box(mask, mask.shape, margin)
    assert mask[box].sum() == mask.sum()
    rows, columns = np.nonzero(mask)
    side = max(np.ptp(rows), np.ptp(columns)) + 1 + 2 * margin
    assert mask[box].shape == (min(side, 40), min(side, 60))


def test_the_tumour_lies_in_the_middle_where_there_is_room() -> None:
    mask = np.zeros((100, 100), bool)
    mask[40:50, 60:70] = True
    assert tumour_box(mask, mask.shape, 5) == (slice(35, 55), slice(55, 75))
    assert tumour_box(np.repeat(mask[..., None], 3, axis=2), mask.shape, 5) == (slice(35, 55), slice(55, 75))


def test_masks_that_mark_nothing_are_refused() -> None:
    with pytest.raises(MaskError, match="empty"):
        tumour_box(np.zeros((9, 9)), (9, 9), 1)
    with pytest.raises(MaskError, match="another size"):
        tumour_box(np.ones((9, 9)), (9, 8), 1)


def test_names_that_several_images_bear_tell_none() -> None:
    paths = ["a/0.png", "b/0.png", "a/1.png", "a/1.png", "a/2.png", "copy/2.png", "a/3.png", "../3.png"]
    digests = ["0a", "0b", "1", "1", "2", "2", "3", ""]
    assert shared_names(pd.DataFrame({"path": paths, "slice_id": digests})) == {"0.png"}


def test_a_mask_bears_the_path_of_its_image_or_a_name_that_is_no_other_images(tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    for name in ("a/0.png", "0.png", "1.png", "2.png"):
        (masks / name).parent.mkdir(parents=True, exist_ok=True)
        (masks / name).touch()
    assert find_mask(tmp_path, "masks", "a/0.png", {"0.png"}) == masks / "a/0.png"
    assert find_mask(tmp_path, "masks", "a/1.png", {"0.png"}) == masks / "1.png"
    assert not find_mask(tmp_path, "masks", "a/3.png", {"3.png"}).exists()
    with pytest.raises(MaskError, match="bears the name of several images"):
        find_mask(tmp_path, "masks", "b/0.png", {"0.png"})


def test_no_image_is_its_own_mask(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for name in ("images/0.png", "0.png"):
        (tmp_path / name).touch()
    assert find_mask(tmp_path, ".", "images/0.png", ()) == tmp_path / "0.png"
