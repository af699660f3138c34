import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.data.splits.by_patient import patients_split
from harness.data.splits.split import Split
from harness.errors import HarnessError

CLASSES = ("II", "III", "IV")


def collection(*patients: int, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """So many patients of each class, each with 3 to 9 slices, all slices in mixed order."""
    random = np.random.default_rng(seed)
    rows = [
        (label, f"{label}-{number}")
        for label, count in enumerate(patients)
        for number in range(count)
        for _ in range(random.integers(3, 10))
    ]
    mixed = [rows[i] for i in random.permutation(len(rows))]
    return np.array([label for label, _ in mixed]), [name for _, name in mixed]


def split(patients: tuple[int, ...], fold: int, folds: int = 3, repeat: int = 0, networks: int = 2) -> Split:
    labels, names = collection(*patients)
    return split_of(labels, names, fold, folds, seed=5, repeat=repeat, networks=networks)


def split_of(
    labels: np.ndarray,
    names: list[str],
    fold: int,
    folds: int = 3,
    *,
    seed: int = 0,
    repeat: int = 0,
    networks: int = 2,
) -> Split:
    return patients_split(
        labels, names, networks, classes=CLASSES, seed=seed, repeat=repeat, fold=fold, folds=folds
    )


@settings(deadline=None)
@given(
    patients=st.tuples(*[st.integers(6, 12)] * 3),
    networks=st.integers(1, 3),
    repeat=st.integers(0, 9),
    folds=st.integers(2, 4),
)
def test_each_patient_stands_in_one_set_and_is_tested_once(
    patients: tuple[int, ...], networks: int, repeat: int, folds: int
) -> None:
    _, names = collection(*patients)
    test: list[str] = []
    for fold in range(folds):
        made = split(patients, fold, folds, repeat, networks)
        sets = [{names[i] for i in part} for part in (made.train, made.validation, made.test)]
        assert len(set.union(*sets)) == sum(map(len, sets))
        test += sets[2]
        for label in range(3):
            in_class = [sum(name.startswith(f"{label}-") for name in part) for part in sets]
            assert in_class[0] >= 2
            assert in_class[1] >= 1
            assert abs(in_class[2] - patients[label] / folds) < 1
    assert sorted(test) == sorted(set(names))


def test_the_paper_has_six_patients_of_grade_three() -> None:
    labels, names = collection(7, 6, 7)
    for fold in range(3):
        made = split_of(labels, names, fold)
        of_three = [
            {names[i] for i in part if labels[i] == 1} for part in (made.train, made.validation, made.test)
        ]
        assert [len(part) for part in of_three] == [3, 1, 2]


def test_leaving_one_patient_out() -> None:
    labels, names = collection(4, 4, 4)
    folds = [split_of(labels, names, f, 12) for f in range(12)]
    assert sorted({names[i] for i in made.test}.pop() for made in folds) == sorted(set(names))
    assert all(len({names[i] for i in made.test}) == 1 for made in folds)


def test_other_names_for_the_same_patients_give_the_same_split() -> None:
    labels, names = collection(6, 6, 6)
    renamed = [f"{hash(name) % 10**6:06}-{name[::-1]}" for name in names]
    one, other = (split_of(labels, n, 1, seed=1) for n in (names, renamed))
    for part in ("groups", "validation", "test"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


def test_candidates_share_their_slices_and_repeats_do_not() -> None:
    single, pairs = split((6, 6, 6), 0, networks=1), split((6, 6, 6), 0, networks=2)
    assert set(single.train) == set(pairs.train)
    np.testing.assert_array_equal(single.validation, pairs.validation)
    assert set(split((6, 6, 6), 0, repeat=1).test) != set(pairs.test)


@pytest.mark.parametrize(
    ("patients", "folds", "message"),
    [
        ((4, 2, 4), 3, "by class: II 4, III 2, IV 4; 3 folds need at least 3 of each"),
        ((6, 3, 6), 3, "by class: II 6, III 3, IV 6; with 3 folds only 2 of class III may be left"),
        ((6, 6), 3, "by class: II 6, III 6, IV 0; 3 folds need at least 3 of each"),
        ((2, 2), 4, "by class: II 2, III 2, IV 0; with 4 folds only 2 of class II may be left"),
    ],
)
def test_too_few_patients_are_named(patients: tuple[int, ...], folds: int, message: str) -> None:
    with pytest.raises(HarnessError, match=message):
        split(patients, 0, folds)


def test_a_patient_of_two_classes_is_refused() -> None:
    labels, names = collection(6, 6, 6)
    with pytest.raises(HarnessError, match="two classes"):
        split_of(labels, ["0-0" if n == "1-1" else n for n in names], 0)


@settings(deadline=None)
@given(patients=st.tuples(*[st.integers(6, 12)] * 3), networks=st.integers(1, 4), seed=st.integers(0, 99))
def test_whole_patients_validate_and_test_and_all_others_train_but_for_unpaired_slices(
    patients: tuple[int, ...], networks: int, seed: int
) -> None:
    labels, names = collection(*patients, seed=seed)
    made = split_of(labels, names, 1, seed=seed, networks=networks)
    for part in (made.validation, made.test):
        of_these = {names[i] for i in part}
        assert part.tolist() == [i for i, name in enumerate(names) if name in of_these]
    unpaired = made.unpaired(len(labels))
    every = np.concatenate([made.train, unpaired, made.validation, made.test])
    assert sorted(every) == list(range(len(labels)))
    assert made.groups.shape[1] == networks
    outside = {names[i] for i in (*made.validation, *made.test)}
    assert not {names[i] for i in unpaired} & outside


@settings(deadline=None)
@given(patients=st.tuples(*[st.integers(6, 30)] * 3), folds=st.integers(2, 5))
def test_a_quarter_of_the_patients_outside_the_fold_validates(patients: tuple[int, ...], folds: int) -> None:
    labels, names = np.repeat([0, 1, 2], patients), [str(number) for number in range(sum(patients))]
    made = split_of(labels, names, 0, folds)  # a slice a patient
    for label, count in enumerate(patients):
        remaining = count - (labels[made.test] == label).sum()
        assert (labels[made.validation] == label).sum() == max(1, round(remaining / 4))


def test_the_seed_the_repeat_and_the_fold_decide_and_nothing_else() -> None:
    labels, names = collection(8, 8, 8)
    slices = [str(number) for number in range(len(labels))]

    def digest(seed: int, repeat: int, fold: int) -> str:
        return split_of(labels, names, fold, seed=seed, repeat=repeat).digest(slices)

    assert digest(1, 2, 0) == digest(1, 2, 0)
    assert len({digest(1, 2, 0), digest(2, 2, 0), digest(1, 3, 0), digest(1, 2, 1)}) == 4


def test_digests_of_splits_stay_what_they_are() -> None:
    """Stored sweeps are resumed and compared by them."""
    labels, names = np.repeat([0, 1, 2], 24), [f"p{number // 3}" for number in range(72)]
    slices = [f"{number:03}" for number in range(72)]
    digests = [split_of(labels, names, 1, seed=158, networks=n).digest(slices)[:12] for n in (1, 2, 3)]
    assert digests == ["3d44ca3bcda7", "f6805b5b06e3", "360720831ea4"]
