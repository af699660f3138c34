import numpy as np

from harness.data.splits.split import Split


def test_a_slice_is_unpaired_only_where_it_stands_in_no_set() -> None:
    made = Split(groups=np.array([[5, 1], [0, 8]]), validation=np.array([2]), test=np.array([7, 2]))
    assert made.unpaired(10).tolist() == [3, 4, 6, 9]


def test_the_digest_names_slices_sets_and_groups_but_not_the_order_within_a_set() -> None:
    names = list("abcdefgh")

    def digest(groups: list[list[int]], validation: list[int], test: list[int]) -> str:
        return Split(np.array(groups), np.array(validation), np.array(test)).digest(names)

    made = digest([[0, 1], [2, 3]], [4, 5], [6, 7])
    assert made == digest([[0, 1], [2, 3]], [5, 4], [7, 6])
    others = {
        digest([[2, 3], [0, 1]], [4, 5], [6, 7]),
        digest([[1, 0], [2, 3]], [4, 5], [6, 7]),
        digest([[0, 1], [2, 3]], [6, 7], [4, 5]),
        digest([[0], [1], [2], [3]], [4, 5], [6, 7]),
    }
    assert len({made, *others}) == 5
