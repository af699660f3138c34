"""Where trials keep their states and weights: a folder or bucket that every node of the cluster sees.

A file belongs to a trial's identity, never to a process or to Ray: whoever trains that trial next finds it.
"""

from collections.abc import Container
from io import BufferedReader
from pathlib import Path
from pickle import UnpicklingError
from typing import Any
from uuid import uuid4

import torch
from pyarrow import ArrowInvalid, fs

from harness.errors import HarnessError

_AHEAD = 2**23  # bytes: a state has hundreds of small tensors, and a bucket answers each read by a request
_FINISHED, _PARTIAL = ".finished.pt", ".partial"
_DAMAGED = (UnpicklingError, RuntimeError, EOFError, ValueError)


class Checkpoints:
    """States of unfinished trials, weights and last reports of finished ones, under one root.

    Several processes may write for one trial: a reader sees what one of them wrote, whole.

    Args:
        root: an absolute folder or a URI that pyarrow reads (``s3://…``, ``gs://…``).

    Raises:
        HarnessError: nothing can be written there.
    """

    def __init__(self, root: str) -> None:
        try:
            self._files, self._root = fs.FileSystem.from_uri(root)
            self._files.create_dir(self._root, recursive=True)
        except (OSError, ArrowInvalid) as error:
            raise HarnessError(f"no checkpoints can be kept at {root}: {error}") from None

    def save_state(self, identity: str, state: dict[str, Any]) -> None:
        """Replace the state of a trial; a reader sees the old file or the new one, never a part."""
        self._write(self._state(identity), state)

    def load_state(self, identity: str) -> dict[str, Any] | None:
        """Return the last state of a trial, on the CPU, or None if it has none.

        Raises:
            HarnessError: its file is damaged.
        """
        return self._read(self._state(identity))

    def drop_state(self, identity: str) -> None:
        """Delete the state of a trial that is done."""
        self._delete(self._state(identity))

    def save_finished(self, identity: str, report: dict[str, Any]) -> None:
        """Keep the last report of a trial, for whoever runs it once more before that is recorded."""
        self._write(self._finished(identity), report)

    def load_finished(self, identity: str) -> dict[str, Any] | None:
        """Return the last report of a trial, or None if it is not finished.

        Raises:
            HarnessError: its file is damaged.
        """
        return self._read(self._finished(identity))

    def clear(self, identities: Container[str]) -> None:
        """Delete these trials' last reports, and what writes left that broke off."""
        for file in self._files.get_file_info(fs.FileSelector(self._root)):
            if file.base_name.split(".")[0] in identities and file.path.endswith((_FINISHED, _PARTIAL)):
                self._delete(file.path)

    def save_weights(self, identity: str, weights: dict[str, torch.Tensor]) -> None:
        """Keep the weights of a trial at its chosen epoch."""
        self._write(self._weights(identity), weights)

    def weights_file(self, identity: str) -> Path | bytes | None:
        """Return the file of a trial's weights, its content where it lies in a bucket, or None."""
        path = Path(self._weights(identity))
        if isinstance(self._files, fs.LocalFileSystem):
            return path if path.is_file() else None
        return self._bytes(self._weights(identity))

    def drop_weights(self, identity: str) -> None:
        """Delete the weights of a trial that are not to be kept."""
        self._delete(self._weights(identity))

    def _state(self, identity: str) -> str:
        return f"{self._root}/{identity}.state.pt"

    def _finished(self, identity: str) -> str:
        return f"{self._root}/{identity}{_FINISHED}"

    def _weights(self, identity: str) -> str:
        return f"{self._root}/{identity}.weights.pt"

    def _write(self, path: str, content: dict[str, Any]) -> None:
        partial = f"{path}.{uuid4().hex}{_PARTIAL}"  # of this write alone
        try:
            with self._files.open_output_stream(partial) as stream:
                torch.save(content, stream)
            self._files.move(partial, path)
        except BaseException:
            self._delete(partial)
            raise

    def _read(self, path: str) -> dict[str, Any] | None:
        if not self._is_file(path):
            return None
        with BufferedReader(self._files.open_input_file(path), _AHEAD) as file:
            # Tensor by tensor, so that memory holds the content once. Not mapped: in a folder that machines
            # share, another may delete the file under the map.
            try:
                content: dict[str, Any] = torch.load(file, "cpu", weights_only=True)
            except _DAMAGED as error:
                raise HarnessError(
                    f"{path} cannot be read ({type(error).__name__}); delete it, and its trial begins anew"
                ) from error
            return content

    def _is_file(self, path: str) -> bool:
        return bool(self._files.get_file_info(path).type == fs.FileType.File)

    def _bytes(self, path: str) -> bytes | None:
        if not self._is_file(path):
            return None
        with self._files.open_input_stream(path) as stream:
            content: bytes = stream.read()
            return content

    def _delete(self, path: str) -> None:
        if self._is_file(path):
            self._files.delete_file(path)
