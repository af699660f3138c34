"""Launchers by name: our own, and one that another package brings."""

from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.launchers.in_process import InProcess
from harness.launchers.registry import open_launcher


def test_our_own_launchers_open_by_name() -> None:
    with open_launcher("in_process", None) as launcher:
        assert isinstance(launcher, InProcess)
        assert launcher.capacity().slots(1, 0) == 1
    with pytest.raises(HarnessError, match="leave out --address"), open_launcher("in_process", "host:1"):
        pass


def test_a_misspelt_launcher_is_answered_with_the_nearest() -> None:
    with pytest.raises(HarnessError, match="no launcher named 'in_proces'; did you mean 'in_process'"):
        open_launcher("in_proces", None)


def test_an_installed_package_brings_a_launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pip leaves it behind: a module, and its entry points beside it."""
    (tmp_path / "their_launcher.py").write_text(
        "from contextlib import nullcontext\n\ndef opened(address):\n    return nullcontext(address)\n"
    )
    metadata = tmp_path / "theirs-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[sdl_harness.launchers]\ntheirs = their_launcher:opened\nray = their_launcher:opened\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with open_launcher("theirs", "somewhere") as launcher:
        assert launcher == "somewhere"
    assert open_launcher("ray", "host:1") != launcher  # our own name stays ours
