"""A YAML 1.2 file that remembers the line of every value, so that a fault can name it."""

from collections.abc import Collection
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.error import YAMLError
from ruamel.yaml.tag import Tag

from harness.errors import Fault, InvalidInputError

Key = tuple[str | int, ...]

_TEXT = Tag(suffix="tag:yaml.org,2002:str")


def parse_value(text: str) -> Any:
    """Return the value that ``text`` stands for in YAML.

    Raises:
        ValueError: if it is no YAML.
    """
    try:
        return _reader().load(text)
    except YAMLError as error:
        raise ValueError(_problem(error)) from None


def dump(value: Any) -> str:
    """Return plain values as YAML, keys in their order."""
    text = StringIO()
    YAML().dump(value, text)
    return text.getvalue()


def _reader() -> YAML:
    """A reader into plain values; a new one for every text, for it keeps a state."""
    return YAML(typ="safe", pure=True)  # the one in C knows YAML 1.1 only


class Document:
    """A declared mapping and where each of its values was stated.

    Attributes:
        name: the file as the user is to see it.
        data: the values, plain Python.
    """

    def __init__(self, name: str, data: dict[str, Any], lines: dict[Key, str]) -> None:
        self.name = name
        self.data = data
        self._lines = lines

    @classmethod
    def read(cls, path: Path, names: Collection[Key] = ()) -> "Document":
        """Read a YAML mapping.

        Args:
            path: the file.
            names: keys of lists and mappings whose items and keys are names: text as it stands, where YAML
                would read 010 as 10, 1e3 as 1000.0 and true as a truth value.

        Raises:
            InvalidInputError: if the file is no YAML, no mapping, or states a key twice.
        """
        name = path.name
        lines: dict[Key, str] = {}
        faults: list[Fault] = []
        reader = _reader()
        try:
            node = reader.compose(path.read_text(encoding="utf-8"))
            if not isinstance(node, MappingNode):
                rule = "the file must hold a mapping of keys to values"
                raise InvalidInputError([Fault(f"{name}:1", rule, "none", "add keys")])
            _walk(node, (), name, lines, faults)
            for key in names:
                _keep_text(_below(node, key))
            if faults:
                raise InvalidInputError(faults)
            data = reader.constructor.construct_document(node)
        except (YAMLError, ValueError, RecursionError) as error:
            where = f"{name}:{_line_of(error)}"
            fault = Fault(where, "the file must be valid YAML", _problem(error), "mend this line")
            raise InvalidInputError([fault]) from None
        return cls(name, data, lines)

    def where(self, key: Key) -> str:
        """Return where ``key``, or its nearest stated ancestor, was stated."""
        while key and key not in self._lines:
            key = key[:-1]
        return self._lines.get(key, self.name)

    def put(self, key: tuple[str, ...], value: Any, where: str) -> None:
        """State a value at ``key``, in place of what the file says there."""
        inner = self.data
        for part in key[:-1]:
            below = inner.get(part)
            inner[part] = below = below if isinstance(below, dict) else {}
            inner = below
        inner[key[-1]] = value
        for length in range(1, len(key)):
            self._lines.setdefault(key[:length], where)
        self._lines = {k: line for k, line in self._lines.items() if k[: len(key)] != key}
        self._lines[key] = where


def _line_of(error: Exception) -> int:
    position = getattr(error, "problem_mark", None)
    return position.line + 1 if position else 1


def _problem(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not text in UTF-8"
    if isinstance(error, RecursionError):
        return "values nested without end"
    return getattr(error, "problem", None) or str(error)


def _below(node: Node | None, key: Key) -> Node | None:
    """Return the node at a key, None where there is none."""
    for part in key:
        inner = node.value if isinstance(node, MappingNode) else []
        node = next((value for name, value in inner if name.value == part), None)
    return node


def _keep_text(node: Node | None) -> None:
    """Make the items of a list, or the keys of a mapping, text."""
    if isinstance(node, SequenceNode | MappingNode):
        for item in node.value:
            named = item[0] if isinstance(item, tuple) else item
            if isinstance(named, ScalarNode):
                named.ctag = _TEXT


def _walk(node: Node, key: Key, name: str, lines: dict[Key, str], faults: list[Fault]) -> None:
    lines[key] = f"{name}:{node.start_mark.line + 1}"
    if isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            _walk(item, (*key, number), name, lines, faults)
    if isinstance(node, MappingNode):
        seen: set[str] = set()
        for key_node, value in node.value:
            where = f"{name}:{key_node.start_mark.line + 1}"
            if not isinstance(key_node, ScalarNode):
                faults.append(Fault(where, "a key is one word", "a list or a mapping", "name the key"))
                continue
            part = key_node.value
            if part in seen:
                faults.append(Fault(where, "a key stands once", part, "remove one of the two"))
            seen.add(part)
            _walk(value, (*key, part), name, lines, faults)
            lines[(*key, part)] = where
