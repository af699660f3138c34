"""The README's commands run as printed; those of other documents parse; what any of them links to exists.

The README's run in its order, in a folder where the collection and the space ``quickstart`` are small (the
working directory's come before the shipped ones). Only parsed, and planned where they are sweeps, is what
needs more than that: the paper's data, a running cluster, a name of the reader's choice in capitals; and
``sdl data generate``, whose folder is there already, and ``sdl ui``, which serves until Ctrl-C.
"""

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import click
import pytest
from helpers.commands import commands_in, parse
from helpers.workplace import SMALL, Workplace

from harness.config.document import dump, parse_value
from harness.experiment.load_space import load_space
from harness.shipped import find

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "datasets/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [command for block in BLOCKS for command in commands_in(block)]
NEEDS_MORE = re.compile(r"rembrandt|--address|sdl data generate|sdl ui|\b[A-Z]{3,}\b")


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory, small_collection: Path) -> Workplace:
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(small_collection, folder / "results" / "generated")
    space = parse_value(find("search_spaces", "quickstart").read_text(encoding="utf-8"))
    small = {key: parse_value(value) for key, value in SMALL.items()}
    space["settings"] |= {key: small.pop(key) for key in ("epochs", "backbone")}
    (folder / "search_spaces").mkdir()
    (folder / "search_spaces" / "quickstart.yaml").write_text(dump(space | small))
    return Workplace(folder)


def test_there_are_commands_to_test() -> None:
    assert len(COMMANDS) >= 10
    assert {"sweep", "report", "best", "ui", "sync", "prepare"} <= {parse(command)[0] for command in COMMANDS}


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in COMMANDS if not NEEDS_MORE.search(c)])
def test_a_command_runs_as_printed(command: str, workplace: Workplace) -> None:
    assert workplace.sdl(*shlex.split(command)[1:]).stdout


@pytest.mark.parametrize("command", [c for c in COMMANDS if NEEDS_MORE.search(c)])
def test_a_command_that_needs_more_parses_and_is_planned(command: str) -> None:
    name, params = parse(command)
    if name == "sweep" and not params["resume"]:
        space = load_space(find("search_spaces", params["space"]), params["overrides"])
        assert space.families()
        find("datasets", params["dataset"] or space.dataset)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make (\w+)", "\n".join(BLOCKS), re.MULTILINE))))
def test_a_make_target_exists(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_parse_and_what_is_linked_and_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for command in [*commands_in(text), *re.findall(r"`(sdl [^`…]+)`", text)]:
        try:
            parse(command)
        except click.MissingParameter:  # named without what it is to act on
            assert len(shlex.split(command)) <= 3
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    files = re.findall(
        r"`((?:harness|tests|docs|search_spaces|datasets|results|benchmarks)/[a-z_/.]*)`", text
    )
    assert [link for link in links if not (document.parent / link).exists()] == []
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_the_map_of_rooms_is_that_of_the_program() -> None:
    """CONTRIBUTING lists every room, in the order that import-linter checks."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.split("| room, from the bottom |")[1].split("\n\n")[0]
    listed = re.findall(r"^\| `(\w+)/` \|", table, re.MULTILINE)
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [layers, *_] = [contract.get("layers") for contract in pyproject["tool"]["importlinter"]["contracts"]]
    rooms = {path.parent.name for path in (ROOT / "harness").glob("*/__init__.py")}
    assert listed == [layer for layer in reversed(layers) if layer in rooms]
    assert set(listed) == rooms
