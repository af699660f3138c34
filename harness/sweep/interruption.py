"""Ctrl-C and SIGTERM end a sweep in order; a second one ends the process at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """A signal asked for the end.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise `Interrupted` in the main thread at the first signal; from then on they act as by default.

    A shell that starts a command in the background has it ignore SIGINT; within this block it does not.
    """
    received: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        received.append(number)
        for caught in _SIGNALS:
            signal.signal(caught, signal.SIG_DFL)
        raise Interrupted(number)

    before = {number: signal.signal(number, interrupt) for number in _SIGNALS}
    try:
        yield
    except KeyboardInterrupt:
        if not received:
            raise
        raise Interrupted(received[0]) from None  # Ray raises a new one in its place
    finally:
        if not received:
            for number, handler in before.items():
                signal.signal(number, handler)
