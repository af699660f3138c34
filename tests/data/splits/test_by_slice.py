import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness.data.splits.by_slice import paper_split
from harness.data.splits.split import Split
from harness.errors import HarnessError

TABLE_1B = np.repeat([0, 1, 2], [128, 108, 181])
CLASSES = ("II", "III", "IV")


def split(labels: np.ndarray, networks: int, seed: int, repeat: int = 0) -> Split:
    return paper_split(labels, networks, classes=CLASSES, seed=seed, repeat=repeat)


@settings(deadline=None)
@given(seed=st.integers(0, 1000), repeat=st.integers(0, 5), networks=st.integers(1, 4))
def test_sets_do_not_meet(seed: int, repeat: int, networks: int) -> None:
    made = split(TABLE_1B, networks, seed, repeat)
    assert len(np.unique(made.train)) == made.train.size
    assert not set(made.train) & set(made.test)
    np.testing.assert_array_equal(made.validation, made.test)


def test_205_pairs_give_184_to_train_and_42_slices_to_test() -> None:
    totals = {}
    for seed in range(40):
        made = split(TABLE_1B, 2, seed)
        totals[len(made.groups) + len(made.test) // 2] = (len(made.groups), len(made.test))
    assert totals[205] == (184, 42)  # the paper's numbers
    for pairs, (train, test) in totals.items():
        assert test == 2 * int(np.ceil(0.1 * pairs))
        assert train == pairs - test // 2


def test_all_candidates_of_a_repeat_share_their_slices() -> None:
    single, pairs, triples = (split(TABLE_1B, n, 3, repeat=1) for n in (1, 2, 3))
    np.testing.assert_array_equal(single.test, pairs.test)
    np.testing.assert_array_equal(triples.test, pairs.test)
    assert set(single.train) == set(pairs.train)
    assert set(triples.train) <= set(pairs.train)


def test_repeats_differ_and_the_digest_tells() -> None:
    names = [f"{i:03}" for i in range(len(TABLE_1B))]
    digests = {split(TABLE_1B, 2, 3, repeat=r).digest(names) for r in (0, 1, 1)}
    assert len(digests) == 2


def test_too_few_slices_are_refused_with_their_counts() -> None:
    with pytest.raises(HarnessError, match=r"^slices by class: II 1, III 0, IV 2; they make 1 pair\(s\)"):
        split(np.array([0, 2, 2]), 2, seed=0)


def test_seed_158_gives_the_papers_counts_and_leaves_seven_slices_unpaired() -> None:
    made = split(TABLE_1B, 2, seed=158)
    assert made.groups.shape == (184, 2)
    assert len(made.test) == 42
    assert len(made.unpaired(417)) == 417 - 2 * 205


def test_where_one_class_is_rare_most_of_the_other_stays_unpaired() -> None:
    labels = np.repeat([0, 1], [400, 20])
    # 100 + 5 pairs within the classes, ten across them: every slice of the rare class has a partner then.
    left = paper_split(labels, 2, classes=("II", "III"), seed=0, repeat=0).unpaired(420)
    assert len(left) == 420 - 2 * (100 + 5 + 10)
    assert set(labels[left]) == {0}


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(0, 30), min_size=2, max_size=4),
    networks=st.integers(1, 4),
    seed=st.integers(0, 999),
)
def test_a_tenth_of_the_pairs_test_and_every_slice_is_accounted_for(
    counts: list[int], networks: int, seed: int
) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    classes = [str(number) for number in range(len(counts))]
    try:
        made, pairs = (paper_split(labels, n, classes=classes, seed=seed, repeat=0) for n in (networks, 2))
    except HarnessError:
        assume(False)
    total = len(pairs.groups) + len(pairs.test) // 2
    assert len(made.test) == 2 * -(-total // 10)
    assert made.test.tolist() == sorted(made.test)
    every = np.concatenate([made.train, made.test, made.unpaired(len(labels))])
    assert sorted(every) == list(range(len(labels)))
    again = paper_split(labels, networks, classes=classes, seed=seed, repeat=0)
    np.testing.assert_array_equal(again.groups, made.groups)


def test_two_pairs_are_enough_and_one_of_them_tests() -> None:
    made = split(np.array([0, 1, 0, 1]), 2, seed=0)
    assert made.groups.shape == (1, 2)
    assert len(made.test) == 2


def test_digests_of_splits_stay_what_they_are() -> None:
    """Stored sweeps are resumed and compared by them."""
    names = [f"{number:03}" for number in range(len(TABLE_1B))]
    digests = [split(TABLE_1B, n, seed=158).digest(names)[:12] for n in (1, 2, 3)]
    assert digests == ["e8e2c50c8520", "a64f2824876d", "a3cce0c016bd"]
