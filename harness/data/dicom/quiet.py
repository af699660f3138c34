"""pydicom without its messages: they quote values of the header, and values may be patients' names."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pydicom.config import disable_value_validation

_LOGGER = logging.getLogger("pydicom")


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Keep pydicom from warning, logging, and from checking values, which it would only warn of."""
    level = _LOGGER.level
    _LOGGER.setLevel(logging.CRITICAL)  # which its decoders' loggers inherit
    try:
        with warnings.catch_warnings(), disable_value_validation():
            warnings.simplefilter("ignore")
            yield
    finally:
        _LOGGER.setLevel(level)
