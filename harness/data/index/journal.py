"""What a scan has read so far, in a file of its own until the table is written.

The file holds paths, as the table will: only its owner may read it, and it is gone once the table is there.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pyarrow as pa

from harness.data.index.slice_table import FACTS_AND_STATE, as_table, create_private
from harness.data.series.slice_record import VERSION


class Journal:
    """Facts by the batch, on disk: a scan that is killed at any moment loses at most its last batch.

    Args:
        path: of its file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def fill(self, batches: Iterable[pd.DataFrame]) -> None:
        """Begin anew and write batches one by one."""
        schema = pa.Schema.from_pandas(as_table([], {}), preserve_index=False).remove_metadata()
        with os.fdopen(create_private(self._path), "wb") as file, pa.ipc.new_stream(file, schema) as stream:
            for batch in batches:
                stream.write_table(pa.Table.from_pandas(batch, schema, preserve_index=False))
                file.flush()

    def batches(self) -> Iterator[pd.DataFrame]:
        """Yield what was written, up to where it was cut short; nothing that another version wrote."""
        # whatever pyarrow raises where the file is cut short or damaged
        with suppress(Exception), self._path.open("rb") as file:
            for batch in pa.ipc.open_stream(file):
                facts = batch.to_pandas()
                if list(facts.columns) == list(FACTS_AND_STATE) and facts["version"].eq(VERSION).all():
                    yield facts

    def drop(self) -> None:
        """Delete the file."""
        self._path.unlink(missing_ok=True)
