import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data.paper_split import paper_split
from harness.errors import HarnessError

TABLE_1B = np.repeat([0, 1, 2], [128, 108, 181])


@given(seed=st.integers(0, 1000), repeat=st.integers(0, 5), networks=st.integers(1, 4))
def test_sets_do_not_meet(seed: int, repeat: int, networks: int) -> None:
    split = paper_split(TABLE_1B, networks, seed=seed, repeat=repeat)
    assert len(np.unique(split.train)) == split.train.size
    assert not set(split.train) & set(split.held_out)
    np.testing.assert_array_equal(split.choice, split.held_out)


def test_205_pairs_give_184_to_train_and_42_slices_to_test() -> None:
    totals = {}
    for seed in range(40):
        split = paper_split(TABLE_1B, 2, seed=seed, repeat=0)
        totals[len(split.groups) + len(split.held_out) // 2] = (len(split.groups), len(split.held_out))
    assert totals[205] == (184, 42)  # the paper's numbers
    for pairs, (train, test) in totals.items():
        assert test == 2 * int(np.ceil(0.1 * pairs))
        assert train == pairs - test // 2


def test_all_candidates_of_a_repeat_share_their_slices() -> None:
    single, pairs, triples = (paper_split(TABLE_1B, n, seed=3, repeat=1) for n in (1, 2, 3))
    np.testing.assert_array_equal(single.held_out, pairs.held_out)
    np.testing.assert_array_equal(triples.held_out, pairs.held_out)
    assert set(single.train) == set(pairs.train)
    assert set(triples.train) <= set(pairs.train)


def test_repeats_differ_and_the_digest_tells() -> None:
    names = [f"{i:03}" for i in range(len(TABLE_1B))]
    digests = {paper_split(TABLE_1B, 2, seed=3, repeat=r).digest(names) for r in (0, 1, 1)}
    assert len(digests) == 2


def test_too_few_slices_are_refused_with_their_counts() -> None:
    with pytest.raises(HarnessError, match=r"1 pair\(s\).*\[1, 1\]"):
        paper_split(np.array([0, 1]), 2, seed=0, repeat=0)
