"""Slices of different patients that show the same: copies, and pictures that only look alike by a hash."""

import hashlib

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn

SIDE = 16  # frequencies a side that enter the hash
NEAR = 20  # of 255 bits that may differ; slices of different heads differ in 32 and more
_BLOCK = 256

Hashes = NDArray[np.uint64]


def copies(images: NDArray[np.float32], patients: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of each slice whether another patient has exactly the same pixels.

    Args:
        images: (N, H, W).
        patients: (N,) number of the patient.
    """
    owners: dict[bytes, set[int]] = {}
    digests = [hashlib.sha256(np.ascontiguousarray(image).tobytes()).digest() for image in images]
    for digest, patient in zip(digests, patients.tolist(), strict=True):
        owners.setdefault(digest, set()).add(patient)
    return np.array([len(owners[digest]) > 1 for digest in digests], dtype=np.bool_)


def near_copies(images: NDArray[np.float32], patients: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of each slice whether one of another patient differs in at most `NEAR` bits of their hashes."""
    hashes = perceptual_hashes(images)
    near = np.zeros(len(images), dtype=np.bool_)
    for start in range(0, len(images), _BLOCK):
        block = slice(start, start + _BLOCK)
        near[block] = (alike(hashes[block], hashes) & (patients[block, None] != patients[None])).any(axis=1)
    return near


def alike(hashes: Hashes, others: Hashes) -> NDArray[np.bool_]:
    """Say of N hashes and M others, (N, M), which pairs differ in at most `NEAR` bits."""
    return np.asarray(np.bitwise_count(hashes[:, None] ^ others[None]).sum(axis=2) <= NEAR)


def perceptual_hashes(images: NDArray[np.float32]) -> Hashes:
    """Return 256 bits a slice, (N, 4): which of its lowest frequencies lie above their median (pHash).

    Brightness, contrast, noise and compression leave them nearly alone.
    """
    hashes = np.empty((len(images), SIDE * SIDE // 64), dtype=np.uint64)
    for number, image in enumerate(images):
        frequencies = dctn(image, norm="ortho")[:SIDE, :SIDE].ravel()
        bits = frequencies > np.median(frequencies[1:])
        bits[0] = False  # the mean, which only tells how bright the slice is
        hashes[number] = np.packbits(bits).view(np.uint64)
    return hashes
