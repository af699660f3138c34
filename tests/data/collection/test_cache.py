from pathlib import Path

import numpy as np

from harness.data.collection.cache import cached, save
from harness.data.collection.prepared import PreparedData


def test_of_several_digests_those_in_the_cache_are_returned_whole(tmp_path: Path) -> None:
    data = PreparedData(
        dataset="made",
        images=np.linspace(0, 1, 32, dtype=np.float32).reshape(2, 4, 4),
        labels=np.array([0, 1]),
        slice_ids=("a", "b"),
        patients=("p", "q"),
        classes=("II", "III"),
    )
    save(tmp_path, "recipe", "inputs", data)
    found = cached([data.digest, "0" * 64], tmp_path)
    assert list(found) == [data.digest]
    assert found[data.digest].digest == data.digest
    assert cached([data.digest], tmp_path / "nowhere") == {}
