"""Seeds: one function from what a random stream is for to its seed.

A stream is named by words and numbers (``derive_seed(7, "rotation", repeat, epoch)``), never by the order
in which it is drawn from: a resumed trial, one in a reused process and one on its own draw the same.
"""

import hashlib


def derive_seed(seed: int, *purpose: str | int) -> int:
    """Return a seed in [0, 2^63) that depends on ``seed`` and on every part of ``purpose``."""
    text = "\x1f".join([str(seed), *map(str, purpose)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
