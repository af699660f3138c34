"""Models registered and fetched again, in SQLite and over a tracking server."""

import re
import shutil
from pathlib import Path

import pytest
from helpers.servers import TrackingServer, free_port

from harness.errors import HarnessError
from harness.tracking.model_registry import check_names, fetch, register
from harness.tracking.store import Store


def folder_of(path: Path, content: str) -> Path:
    path.mkdir()
    (path / "weights.pt").write_bytes(content.encode())
    (path / "card.md").write_text(f"# {content}\n")
    return path


def fetched(reference: str, store: Store, into: Path) -> str:
    into.mkdir()
    version, files = fetch(reference, store, into)
    assert re.fullmatch(rf"{re.split('[@/]', reference)[0]}/\d", version)
    assert {file.name for file in files.iterdir()} == {"weights.pt", "card.md"}
    return (files / "weights.pt").read_text()


def walk_through(store: Store, tmp_path: Path, name: str) -> None:
    for number, (content, alias) in enumerate(
        (("one", "best"), ("two", "whole"), ("three", "best")), start=1
    ):
        made = register(folder_of(tmp_path / content, content), name, alias, {"lambda": "3"}, store)
        assert (made.name, made.version, made.alias) == (name, number, alias)
    references = {name: "three", f"{name}@best": "three", f"{name}@whole": "two", f"{name}/1": "one"}
    for number, (reference, content) in enumerate(references.items()):
        assert fetched(reference, store, tmp_path / f"into{number}") == content
    version = store.client().get_model_version(name, "2")
    assert version.tags == {"lambda": "3"}
    assert str(tmp_path) not in str(store.client().get_run(version.run_id).data)
    with pytest.raises(HarnessError, match=f"{name}@best is {name}/3"):
        fetch(f"{name}/4", store, tmp_path)


def test_versions_are_found_by_alias_and_number(store: Store, tmp_path: Path) -> None:
    walk_through(store, tmp_path, "grader")
    with pytest.raises(HarnessError, match="did you mean 'grader'"):
        fetch("grade", store, tmp_path)


@pytest.mark.slow
def test_a_server_keeps_models_too(server: TrackingServer, tmp_path: Path) -> None:
    server.start()
    walk_through(server.store, tmp_path, "grader")


def test_a_registry_that_is_away_is_reported_in_one_line(tmp_path: Path) -> None:
    away = Store(f"http://127.0.0.1:{free_port()}", "sdl", None)
    for action in (
        lambda: fetch("grader", away, tmp_path),
        lambda: register(folder_of(tmp_path / "x", "x"), "grader", "best", {}, away),
    ):
        with pytest.raises(HarnessError, match="the model registry") as caught:
            action()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "alias"),
    [("a/b", "best"), ("a@b", "best"), ("", "best"), ("a", "latest"), ("a", "v1"), ("a", "")],
)
def test_names_that_could_mean_something_else_are_refused(name: str, alias: str) -> None:
    with pytest.raises(HarnessError, match="not"):
        check_names(name, alias)


def test_files_of_a_model_that_are_gone_are_not_reported_as_an_unknown_name(
    store: Store, tmp_path: Path
) -> None:
    made = register(folder_of(tmp_path / "model", "x"), "deleted files", "best", {}, store)
    run_id = store.client().get_model_version(made.name, str(made.version)).run_id
    assert store.artifacts
    shutil.rmtree(store.artifacts / run_id)
    with pytest.raises(HarnessError, match="the files of the model 'deleted files' cannot be read"):
        fetch("deleted files", store, tmp_path)


def test_plain_names_are_accepted() -> None:
    check_names("REMBRANDT grader-2.1", "best")
