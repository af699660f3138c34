import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data.splits.pairing import group_slices

TABLE_1B = np.repeat([0, 1, 2], [128, 108, 181])


@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=5),
    size=st.integers(2, 4),
    seed=st.integers(0, 10_000),
)
def test_any_class_balance(counts: list[int], size: int, seed: int) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    groups = group_slices(labels, size, np.random.default_rng(seed))

    assert groups.shape[1] == size
    assert len(np.unique(groups)) == groups.size  # no slice twice
    within = [group for group in groups if len(set(labels[group])) == 1]
    assert len(within) == sum(count // 2 // size for count in counts)
    for group in groups[len(within) :]:
        assert labels[group[0]] not in labels[group[1:]]
    np.testing.assert_array_equal(groups, group_slices(labels, size, np.random.default_rng(seed)))


@given(counts=st.lists(st.integers(0, 40), min_size=2, max_size=4), seed=st.integers(0, 1000))
def test_pairs_leave_only_one_class_unpaired(counts: list[int], seed: int) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    groups = group_slices(labels, 2, np.random.default_rng(seed))
    left = np.delete(labels, groups.ravel())
    assert len(np.unique(left)) <= 1


def test_a_group_needs_two() -> None:
    with pytest.raises(ValueError, match="at least two"):
        group_slices(TABLE_1B, 1, np.random.default_rng(0))


def test_partner_is_uniform_among_the_other_classes() -> None:
    """One slice of class 0 among four others: each is its partner equally often."""
    labels = np.array([0, 1, 2, 3, 4])
    partners = np.zeros(5)
    for seed in range(4000):
        for a, b in group_slices(labels, 2, np.random.default_rng(seed)):
            partners[b if a == 0 else a] += 0 in (a, b)
    share = partners[1:] / partners[1:].sum()
    np.testing.assert_allclose(share, 0.25, atol=0.03)


@pytest.mark.slow
def test_table_1b_gives_the_papers_numbers() -> None:
    """Table 1b gives 104 same-grade pairs always; the total has mean 204.8 within 194 to 209."""
    totals = []
    for seed in range(5000):
        pairs = group_slices(TABLE_1B, 2, np.random.default_rng(seed))
        assert (TABLE_1B[pairs[:, 0]] == TABLE_1B[pairs[:, 1]]).sum() == 104
        totals.append(len(pairs))
    assert abs(np.mean(totals) - 204.8) <= 0.15
    assert min(totals) >= 194
    assert max(totals) <= 209
