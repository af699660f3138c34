"""Predictions as text and as files: JSON or CSV, by the ending of the name."""

import json
from pathlib import Path
from tempfile import TemporaryFile

import pandas as pd

from harness.errors import HarnessError
from harness.inference.predictions import Predictions, tuple_text

_CSV, _JSON = ".csv", ".json"


def json_text(predictions: Predictions, model: str) -> str:
    """Return predictions, and the name that the model was called by, as JSON."""
    content = {"model": model, **predictions.as_dict()}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)


def check_output(out: Path) -> None:
    """Make the folder of a file of predictions and try it, before any compute.

    Raises:
        HarnessError: the name ends in something else than .csv or .json, or nothing can be written there.
    """
    if out.suffix not in (_CSV, _JSON):
        raise HarnessError(f"{out}: the ending names the format, and predictions are .csv or .json")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=out.parent).close()
        for path in filter(Path.exists, _files(out)):
            path.open("a").close()
    except OSError as error:
        raise _unwritten(out, error) from None


def write_predictions(predictions: Predictions, model: str, out: Path) -> list[Path]:
    """Write all into one file of JSON, or slices into a CSV and patients into NAME-patients.csv beside it.

    Returns:
        What was written.

    Raises:
        HarnessError: the disk is full, or the folder gone.
    """
    files = _files(out)
    try:
        for path, text in zip(files, _texts(predictions, model, out.suffix), strict=True):
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise _unwritten(out, error) from None
    return files


def _files(out: Path) -> list[Path]:
    return [out] if out.suffix == _JSON else [out, out.with_name(f"{out.stem}-patients{_CSV}")]


def _texts(predictions: Predictions, model: str, ending: str) -> list[str]:
    if ending == _JSON:
        return [json_text(predictions, model) + "\n"]
    slices = predictions.slices.assign(by_network=predictions.slices["by_network"].map(tuple_text))
    return [_csv(slices.assign(model=model)), _csv(predictions.patients.assign(model=model))]


def _csv(table: pd.DataFrame) -> str:
    return str(table.to_csv(index=False, lineterminator="\n"))


def _unwritten(out: Path, error: OSError) -> HarnessError:
    return HarnessError(f"{out}: no predictions can be written there: {error.strerror}")
