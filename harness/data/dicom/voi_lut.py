"""How a header wants its pixels shown: values of interest, by DICOM PS3.3 C.11.2."""

from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_windowing

_WINDOW = ("WindowCenter", "WindowWidth", "VOILUTFunction")


def shown_by_header(
    values: NDArray[Any], dataset: Dataset, holder: Dataset | None = None
) -> NDArray[np.float64] | None:
    """Return a slice as the header's look-up table shows it, or else its window.

    Of several views the first counts; a table or window that is broken counts as none.

    Args:
        values: (H, W) after the modality LUT or rescaling.
        dataset: the file.
        holder: the functional group that holds the frame's window; None where the file itself does.

    Returns:
        (H, W) from 0 to 1, or None where there is neither table nor window.
    """
    for show in (_by_table, _by_window):
        with suppress(Exception):  # whatever mangled elements make pydicom raise
            shown = show(values, dataset, dataset if holder is None else holder)
            if ((shown >= 0) & (shown <= 1)).all():
                return shown
    return None


def _by_table(values: NDArray[Any], dataset: Dataset, holder: Dataset) -> NDArray[np.float64]:
    stated = holder.VOILUTSequence[0]
    entries, first, depth = stated.LUTDescriptor
    entries = entries or 2**16
    words = _words(stated.LUTData, dataset.original_encoding[1] is not False)
    packed = depth <= 8 and len(words) < entries  # two entries to a word, the first of them the lower
    table = (words.view(np.uint8) if packed else words)[:entries]
    if len(table) < entries:
        raise ValueError("a table that is cut short")
    indices = (np.rint(values) - first).clip(0, entries - 1).astype(np.int64)
    return np.asarray(table[indices] / (2**depth - 1), dtype=np.float64)


def _words(data: Any, little: bool) -> NDArray[np.uint16]:
    """Return the words of a table, which pydicom gives as numbers or as bytes in the order of the file."""
    if isinstance(data, bytes):
        data = np.frombuffer(data, "<u2" if little else ">u2")
    return np.atleast_1d(data).astype("<u2")


def _by_window(values: NDArray[Any], _: Dataset, holder: Dataset) -> NDArray[np.float64]:
    """Apply the first window as if one bit was stored, so that it ends at 0 and 1."""
    view = Dataset()
    view.PhotometricInterpretation, view.BitsStored, view.PixelRepresentation = "MONOCHROME2", 1, 0
    for keyword in _WINDOW:
        if keyword in holder:
            view[keyword] = holder[keyword]
    first = [np.atleast_1d(view[keyword].value)[0] for keyword in _WINDOW[:2]]
    if not np.isfinite(first).all():
        raise ValueError("a window that is no numbers")
    return np.asarray(apply_windowing(values, view), dtype=np.float64)
