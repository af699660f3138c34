"""A fast reader for plain DICOM headers: explicit or implicit little endian with the usual preamble.

It knows no value but lengths, and raises `NeedsFullParser` at anything that is out of the ordinary.
"""

import struct
from collections.abc import Set as AbstractSet
from typing import BinaryIO

_CHUNK = 65_536
_LONG = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
_SHORT = frozenset(
    [
        b"AE",
        b"AS",
        b"AT",
        b"CS",
        b"DA",
        b"DS",
        b"DT",
        b"FD",
        b"FL",
        b"IS",
        b"LO",
        b"LT",
        b"PN",
        b"SH",
        b"SL",
        b"SS",
        b"ST",
        b"TM",
        b"UI",
        b"UL",
        b"US",
    ]
)
_HEAD, _LENGTH = struct.Struct("<HH2sH"), struct.Struct("<I")
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXELS = 0x7FE00008
_SYNTAX = 0x00020010
_IMPLICIT, _BIG, _DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
_MAX_VALUE = 16_384
_MAX_DEPTH = 20


class NeedsFullParser(Exception):  # noqa: N818 - no error: another reader is asked
    """The header is not plain."""


def quick_elements(
    file: BinaryIO, wanted: AbstractSet[int], unusual: AbstractSet[int]
) -> tuple[dict[int, tuple[str, bytes]], int, bool]:
    """Return the wanted elements of a header.

    Args:
        file: open at its start.
        wanted: tags of elements to return.
        unusual: tags of sequences whose contents matter.

    Returns:
        Value representation (empty where the file states none) and bytes by tag; where the first element of
        the pixels begins, or the end of the file; and whether value representations are implicit.

    Raises:
        NeedsFullParser: the header is not plain.
    """
    reader = _Reader(file)
    found: dict[int, tuple[str, bytes]] = {}
    while True:
        start = reader.place
        tag, vr, length = reader.element()
        if tag >= _PIXELS or tag < 0:
            return found, start, reader.implicit
        if tag in unusual and length:
            raise NeedsFullParser
        if length == _UNDEFINED:
            reader.skip_items()
        elif tag in wanted:
            found[tag] = vr.decode("ascii"), reader.take(length)
            if tag == _SYNTAX:
                reader.syntax = found[tag][1].rstrip(b" \0").decode("ascii", "replace")
        else:
            reader.place += length


class _Reader:
    """Walks over the elements of a file.

    Attributes:
        place: of the next byte.
        syntax: transfer syntax, once it was met.
        implicit: whether the elements met last state no value representation.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._begin = 0
        self._chunk = file.read(_CHUNK)
        if self._chunk[128:132] != b"DICM":
            raise NeedsFullParser
        self.place = 132
        self.syntax = ""
        self.implicit = False
        self._past_meta = False

    def take(self, length: int) -> bytes:
        """Return the next bytes.

        Raises:
            NeedsFullParser: there are fewer, or no header would have so many.
        """
        offset = self._offset(length)
        content = self._chunk[offset : offset + length]
        if length > _MAX_VALUE or len(content) < length:
            raise NeedsFullParser
        self.place += length
        return content

    def element(self) -> tuple[int, bytes, int]:
        """Step over tag, representation and length of the next element; the tag is -1 at the file's end."""
        offset = self._offset(12)
        if len(self._chunk) < offset + _HEAD.size:
            return -1, b"", 0
        group, element, vr, short = _HEAD.unpack_from(self._chunk, offset)
        if group != 2 and not self._past_meta:
            self._leave_meta()
        tag = (group << 16) + element
        if self.implicit or group == 0xFFFE:
            self.place += 8
            return tag, b"", _LENGTH.unpack_from(self._chunk, offset + 4)[0]
        if vr in _SHORT:
            self.place += 8
            return tag, vr, short
        if vr not in _LONG or len(self._chunk) < offset + 12:
            raise NeedsFullParser
        self.place += 12
        return tag, vr, _LENGTH.unpack_from(self._chunk, offset + 8)[0]

    def skip_items(self, depth: int = 0) -> None:
        """Step over the items of a sequence of undefined length and its end."""
        if depth > _MAX_DEPTH:
            raise NeedsFullParser
        while True:
            tag, _, length = self.element()
            if tag == _SEQUENCE_END:
                return
            if tag != _ITEM:
                raise NeedsFullParser
            if length == _UNDEFINED:
                self._skip_item(depth)
            else:
                self.place += length

    def _skip_item(self, depth: int) -> None:
        while True:
            tag, _, length = self.element()
            if tag == _ITEM_END:
                return
            if tag < 0:
                raise NeedsFullParser
            if length == _UNDEFINED:
                self.skip_items(depth + 1)
            else:
                self.place += length

    def _leave_meta(self) -> None:
        """Past the elements of group 2 the transfer syntax rules."""
        if self.syntax in ("", _BIG, _DEFLATED):
            raise NeedsFullParser
        self.implicit = self.syntax == _IMPLICIT
        self._past_meta = True

    def _offset(self, length: int) -> int:
        """Return where the next bytes begin in the chunk; the next chunk is read if this one lacks them."""
        offset = self.place - self._begin
        if not 0 <= offset <= len(self._chunk) - length:
            self._file.seek(self.place)
            self._begin, self._chunk, offset = self.place, self._file.read(_CHUNK), 0
        return offset
