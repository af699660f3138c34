"""A YAML file that remembers its lines."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.config.document import Document, dump, parse_value
from harness.errors import InvalidInputError

TEXT = """\
# a comment
settings:
  epochs: 3

  rate: {grid: [1,
    2]}
groups:
  sdl:
    model: sdl
"""


def read(folder: Path, text: str | bytes) -> Document:
    path = folder / "space.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Document.read(path)


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("settings",), 2),
        (("settings", "epochs"), 3),
        (("settings", "rate"), 5),
        (("settings", "rate", "grid", 1), 6),
        (("groups", "sdl", "model"), 9),
        (("groups", "sdl", "missing"), 8),  # the nearest that stands there
    ],
)
def test_every_value_knows_its_line(tmp_path: Path, key: tuple[str | int, ...], line: int) -> None:
    assert read(tmp_path, TEXT).where(key) == f"space.yaml:{line}"


@pytest.mark.parametrize("text", ["1e-4", "1E-4", "1.0e-4", "1.e-4", "0.1e-3", ".1e-3", "+1e-4"])
def test_a_number_in_scientific_notation_is_a_number(tmp_path: Path, text: str) -> None:
    assert parse_value(text) == float(text)
    assert read(tmp_path, f"rate: {text}\n").data == {"rate": float(text)}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_writes_is_read_back(number: float) -> None:
    assert parse_value(repr(number)) == number


@pytest.mark.parametrize("text", ["e4", "1e", "1e4x", "none", "abc", "v1e-4"])
def test_words_stay_words(text: str) -> None:
    assert parse_value(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(word, word) for word in ("no", "yes", "off", "n", "1:30", "2020-01-02x")],
        *[("010", 10), ("0o10", 8), ("0x1F", 31), ("true", True), ("~", None), (".inf", float("inf"))],
    ],
)
def test_words_and_numbers_are_those_of_yaml_1_2(text: str, value: object) -> None:
    read_value = parse_value(text)
    assert read_value == value
    assert type(read_value) is type(value)


values = st.recursive(
    st.one_of(st.integers(), st.booleans(), st.text("abc ", max_size=5)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.dictionaries(st.text("xyz", min_size=1, max_size=3), values, min_size=1))
def test_a_mapping_comes_back_as_json_reads_it(tmp_path: Path, data: dict[str, Any]) -> None:
    text = json.dumps(data, indent=1)  # which is YAML 1.2
    document = read(tmp_path, text)
    assert document.data == data
    for key in data:
        name, line = document.where((key,)).split(":")
        stated = text.splitlines()[int(line) - 1]
        assert name == "space.yaml"
        assert json.loads(stated.split(":")[0]) == key


@pytest.mark.parametrize(
    ("text", "where", "rule"),
    [
        ("epochs: 1\nrepeats: [1\n", "space.yaml:3", "valid YAML"),
        ("epochs: 1\nrepeats: *nowhere\n", "space.yaml:2", "valid YAML"),
        ("epochs: 1\nrate: !!python/name:os.system\n", "space.yaml:2", "valid YAML"),
        ("? [1, 2]\n: 3\n", "space.yaml:1", "a key is one word"),
        ("day: 2020-13-45\n", "space.yaml:1", "valid YAML"),
        ("loop: &loop [*loop]\n", "space.yaml:1", "valid YAML"),
        (b"epochs: \xff\n", "space.yaml:1", "valid YAML"),
        (b"\x00", "space.yaml:1", "valid YAML"),
        ("epochs: 1\n---\nepochs: 2\n", "space.yaml:2", "valid YAML"),
        ("", "space.yaml:1", "a mapping"),
        ("- 1\n- 2\n", "space.yaml:1", "a mapping"),
        ("only words\n", "space.yaml:1", "a mapping"),
    ],
)
def test_what_is_no_mapping_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, where: str, rule: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read(tmp_path, text)
    [fault] = caught.value.faults
    assert fault.where == where
    assert rule in fault.rule


words = st.text("ano01.:-#'\"[]{}&*!%@`,?|> \nλé", min_size=1)


@given(st.dictionaries(words, words | values | st.floats(allow_nan=False) | st.none(), max_size=4))
def test_what_is_written_is_read_back_in_its_order(data: dict[str, Any]) -> None:
    read_back = parse_value(dump(data))
    assert read_back == data
    assert list(read_back) == list(data)


def test_every_key_that_stands_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read(tmp_path, "a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert {(fault.where, fault.received) for fault in caught.value.faults} == {
        ("space.yaml:2", "c"),
        ("space.yaml:3", "a"),
    }


def test_an_override_takes_the_place_of_what_the_file_says(tmp_path: Path) -> None:
    document = read(tmp_path, TEXT)
    document.put(("settings", "rate"), 5, "--set rate=5")
    document.put(("resources", "gpus", "alexnet"), 1, "--set resources.gpus.alexnet=1")
    assert document.data["settings"] == {"epochs": 3, "rate": 5}
    assert document.data["resources"] == {"gpus": {"alexnet": 1}}
    assert document.where(("settings", "rate", "grid")) == "--set rate=5"
    assert document.where(("resources",)) == "--set resources.gpus.alexnet=1"
    assert document.where(("settings", "epochs")) == "space.yaml:3"


def test_an_override_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(ValueError, match="end"):
        parse_value("[1, 2")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "names: [010, 1:30, 1_0, no, 2020-01-02, 0x1F, 1.10, ~, a]",
            "010 1:30 1_0 no 2020-01-02 0x1F 1.10 ~ a",
        ),
        ("names: {007: 010, yes: 1}", {"007": 10, "yes": 1}),
        ("inner: {names: ['010', 010, {010: 010}, [010]]}", ["010", "010", {10: 10}, [10]]),
        ("names: 010", 10),
    ],
)
def test_names_are_text_as_it_stands(tmp_path: Path, text: str, expected: Any) -> None:
    path = tmp_path / "space.yaml"
    path.write_text(f"{text}\nother: [010]\n")
    data = Document.read(path, [("names",), ("inner", "names"), ("missing", "names")]).data
    found = data.get("inner", data)["names"]
    assert found == (expected.split() if isinstance(expected, str) else expected)
    assert data["other"] == [10]
