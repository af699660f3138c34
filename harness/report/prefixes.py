"""What keeps the files of one comparison key apart from those of another in one folder."""

from collections.abc import Sequence

from harness.selection.candidates import ComparisonKey


def prefix_of(key: ComparisonKey, every: Sequence[ComparisonKey]) -> str:
    """Return the prefix of a key's files: none where it is alone, else protocol, dataset and what differs."""
    others = [other for other in every if other != key]
    if not others:
        return ""
    prefix = _by_data(key)
    same = any(_by_data(other) == prefix for other in others)
    return prefix + (f"folds{key.folds}-seed{key.seed}-" if same else "")


def _by_data(key: ComparisonKey) -> str:
    return f"{key.protocol}-{key.dataset}-{key.data_digest[:8]}-"
