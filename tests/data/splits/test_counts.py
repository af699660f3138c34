import numpy as np

from harness.data.splits.counts import counts_by_class


def test_every_class_is_named_with_its_count_also_the_last_ones_that_have_none() -> None:
    assert counts_by_class(np.array([2, 0, 2, 2]), ["II", "III", "IV", "V"]) == "II 1, III 0, IV 3, V 0"
