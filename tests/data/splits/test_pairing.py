from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, permutations
from math import comb, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from harness.data.splits.pairing import group_slices, regroup

TABLE_1B = np.repeat([0, 1, 2], [128, 108, 181])


@settings(deadline=None)
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


Outcome = tuple[tuple[int, ...], ...]


def walks(
    labels: Sequence[int], walk: Sequence[int], free: frozenset[int], size: int
) -> Iterator[tuple[Outcome, Fraction]]:
    """Every way to group the free slices across classes in the order of a walk, with its probability."""
    if not walk:
        yield (), Fraction(1)
        return
    first, *later = walk
    partners = [number for number in free if labels[number] != labels[first]]
    if first not in free or len(partners) < size - 1:
        yield from walks(labels, later, free, size)
        return
    for drawn in combinations(partners, size - 1):
        group = tuple(sorted(labels[number] for number in (first, *drawn)))
        for outcome, chance in walks(labels, later, free - {first, *drawn}, size):
            yield (group, *outcome), chance / comb(len(partners), size - 1)


def by_hand(labels: Sequence[int], size: int) -> dict[Outcome, float]:
    """The probability of every outcome, groups by the classes of their slices, from the paper's text."""
    within: list[tuple[int, ...]] = []
    rest: list[int] = []  # which slices of a class they are makes no difference to the classes of groups
    for label in sorted(set(labels)):
        slices = [number for number, other in enumerate(labels) if other == label]
        groups = len(slices) // 2 // size
        within += [(label,) * size] * groups
        rest += slices[groups * size :]
    chances: Counter[Outcome] = Counter()
    for walk in permutations(rest):
        for outcome, chance in walks(labels, walk, frozenset(rest), size):
            chances[tuple(sorted((*within, *outcome)))] += chance / factorial(len(rest))
    assert sum(chances.values()) == 1
    return {outcome: float(chance) for outcome, chance in chances.items()}


@pytest.mark.parametrize(
    ("labels", "size"),
    [([0, 0, 0, 0, 1, 1, 2], 2), ([0, 0, 0, 1, 1, 2], 2), ([0, 0, 0, 1, 1, 2], 3), ([0, 0, 1, 2, 2], 3)],
)
def test_groups_come_as_often_as_the_rule_by_hand_says(labels: list[int], size: int) -> None:
    expected = by_hand(labels, size)
    times: Counter[Outcome] = Counter()
    for seed in range(3000):
        groups = group_slices(np.array(labels), size, np.random.default_rng(seed))
        times[tuple(sorted(tuple(sorted(labels[number] for number in group)) for group in groups))] += 1
    assert set(times) <= set(expected)
    counts = [times[outcome] for outcome in expected]
    assert stats.chisquare(counts, 3000 * np.array(list(expected.values()))).pvalue > 0.001


@settings(deadline=None)
@given(counts=st.lists(st.integers(0, 20), min_size=1, max_size=4), seed=st.integers(0, 1000))
def test_other_numbers_of_networks_get_the_same_slices_and_no_others(counts: list[int], seed: int) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    slices = np.random.default_rng(seed).permutation(len(labels))[: len(labels) // 2]
    one = regroup(slices, labels, 1, np.random.default_rng(seed))
    assert one.tolist() == [[number] for number in slices]
    three = regroup(slices, labels, 3, np.random.default_rng(seed))
    assert set(three.ravel()) <= set(slices)
    alone = group_slices(labels[slices], 3, np.random.default_rng(seed))
    np.testing.assert_array_equal(labels[three], labels[slices][alone])
