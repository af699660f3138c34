"""The sources there are: those of this package, then those that other packages declare.

To add one here, append an instance to `SOURCES`. A package of its own declares an entry point of the group
``sdl_harness.sources``, under the source's name, that loads to the source's class.
"""

from importlib.metadata import entry_points

from harness.data.sources.base import Source
from harness.data.sources.dicom_folder import DicomFolder
from harness.data.sources.image_table import ImageTable
from harness.errors import HarnessError, did_you_mean

GROUP = "sdl_harness.sources"
SOURCES: list[Source] = [DicomFolder(), ImageTable()]


def source_names() -> list[str]:
    """Return the name of every source, those of other packages last."""
    return [*(source.name for source in SOURCES), *(entry.name for entry in entry_points(group=GROUP))]


def source_named(name: str) -> Source:
    """Return a source; one of the harness goes before another package's of the same name.

    Raises:
        HarnessError: there is none of that name, or its package cannot be imported.
    """
    for source in SOURCES:
        if source.name == name:
            return source
    for entry in entry_points(group=GROUP, name=name):
        try:
            loaded: Source = entry.load()()
        except Exception as error:  # whatever another package may raise
            raise HarnessError(f"source {name!r} cannot be loaded from {entry.value}: {error}") from error
        return loaded
    raise HarnessError(f"there is no source {name!r}; {did_you_mean(name, source_names())}")
