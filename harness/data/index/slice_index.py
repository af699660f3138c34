"""What scans into a table have read so far: records by path, size and times of their file, as Parquet.

The index is a folder beside the table. Every batch that is read becomes a part of it at once, so that a scan
that is killed at any moment loses its last batch at most; a scan that ends leaves one part.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from harness.data.index.private_file import replaced
from harness.data.index.slice_table import NUMBERS, RECORD, STATE
from harness.data.index.walk import INDEX_SUFFIX
from harness.data.series.slice_record import VERSION
from harness.errors import HarnessError

KEY = ("path", *STATE)
_PASSING = ("no permission", "cannot be read")  # how problems begin that may be gone next time
_SCHEMA = pa.schema(
    [(name, pa.type_for_alias(NUMBERS.get(name, "string"))) for name in (*RECORD, *STATE)],
    metadata={"version": str(VERSION)},
)


class SliceIndex:
    """The index of a table; a part that is damaged, or of another version, is as none.

    Args:
        table: path of the table.

    Attributes:
        folder: of the index; only its owner may read it.
    """

    def __init__(self, table: Path) -> None:
        self.table = table
        self.folder = table.with_name(f".{table.name}{INDEX_SUFFIX}")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Create the index where there is none, and keep other scans out of it.

        Raises:
            HarnessError: it cannot be created, or another scan is in it.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # The lock's file stays: were it deleted while others wait, two of them might hold a lock each.
            lock = FileLock(self.folder / "lock").acquire(timeout=0)
        except Timeout:
            raise HarnessError(
                f"{self.table}: another scan is writing this table; wait for its end"
            ) from None
        except OSError as error:
            raise HarnessError(f"{self.table}: no table can be written there: {error.strerror}") from None
        with lock:
            yield

    def read(self) -> pd.DataFrame:
        """Return every record with the state of the file that it was read from."""
        parts = [part for path in self._parts() if (part := _read(path)) is not None]
        records: pd.DataFrame = pa.concat_tables([_SCHEMA.empty_table(), *parts]).to_pandas()
        # a scan killed while it made one part of several leaves both
        return records.drop_duplicates([*KEY, "frame"], ignore_index=True)

    def append(self, records: pd.DataFrame) -> None:
        """Add a part: the records, but those with a problem that may be gone next time."""
        names = {path.name for path in self._parts()}
        name = next(name for number in count() if (name := f"{number}.parquet") not in names)
        lasting = records[~records["problem"].str.startswith(_PASSING)]
        table = pa.Table.from_pandas(lasting, _SCHEMA, preserve_index=False)
        table = table.replace_schema_metadata(_SCHEMA.metadata)
        with replaced(self.folder / name, self.folder) as file:
            pq.write_table(table, file, write_page_checksum=True)

    def replace(self, records: pd.DataFrame) -> None:
        """Put one part in place of all."""
        before = list(self.folder.glob("*.parquet*"))  # also what was not whole yet when a scan was killed
        self.append(records)
        for path in before:
            path.unlink()

    def _parts(self) -> list[Path]:
        return sorted(self.folder.glob("*.parquet"))


def _read(part: Path) -> pa.Table | None:
    try:
        table: pa.Table = pq.ParquetFile(part, page_checksum_verification=True).read()
    except Exception:  # whatever pyarrow raises where a file is cut short or damaged
        return None
    return table if table.schema.equals(_SCHEMA, check_metadata=True) else None
