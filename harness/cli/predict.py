"""``sdl predict``: what a model predicts for new slices."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import RESULTS

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from harness.inference.predictions import Predictions


@click.command()
@click.argument("model")
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path, exists=True)
)
@click.option("--json", "as_json", is_flag=True, help="Print it for a program to read.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all to NAME.json, or slices to NAME.csv and patients to NAME-patients.csv.",
)
@click.option(
    "--masks",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Masks of tumours, under the images' paths or names.",
)
@click.option("--allow-any", is_flag=True, help="Take what the model's recipe would refuse, with a note.")
def predict(
    model: str, paths: tuple[Path, ...], as_json: bool, out: Path | None, masks: Path | None, allow_any: bool
) -> None:
    """Classify new slices. Not for clinical use.

    MODEL is a registered name, name@alias or name/version, or a folder with
    weights.pt and configuration.json. PATH is a DICOM file, an image or a
    folder of them; images of one folder count as one patient's. Slices are
    named as in the table of `sdl data select`, an image by the first 16 digits
    of its SHA-256.

    \b
    sdl predict grader /data/patient7/T1_SAG
    sdl predict grader@best slice1.png slice2.png --json
    """
    from harness.cli.bar import file_bars
    from harness.inference.find_model import find_model
    from harness.inference.inputs import read_input
    from harness.inference.predictions import predict as predict_slices
    from harness.inference.write import check_output, json_text, write_predictions

    if out:
        check_output(out)
    trained, model = find_model(model, RESULTS)
    rule = trained.configuration.recipe
    with file_bars() as progress:
        inputs = read_input(paths, rule, masks=masks, allow_any=allow_any, progress=progress)
    predictions = predict_slices(trained, inputs)
    if as_json:
        click.echo(json_text(predictions, model))
    else:
        _show(predictions, model)
    if out:
        click.echo(f"written: {', '.join(map(str, write_predictions(predictions, model, out)))}", err=True)


def _show(predictions: "Predictions", model: str) -> None:
    from rich.console import Console

    from harness.evaluation.class_metrics import ENSEMBLE
    from harness.inference.predictions import NOT_CLINICAL, tuple_text

    console = Console()
    slices = predictions.slices.assign(by_network=predictions.slices["by_network"].map(tuple_text))
    noted = ["note"] if slices["note"].any() else []
    console.print(_table(slices[["slice_id", "patient", "by_network", ENSEMBLE, "probability", *noted]]))
    console.print(_table(predictions.patients[["patient", "slices", "class", "probability"]]))
    for reason, count in predictions.excluded.items():
        console.print(f"excluded: {count} × {reason}", highlight=False, markup=False)
    console.print(f"model: {model}", highlight=False, markup=False)
    console.print(NOT_CLINICAL)


def _table(rows: "pd.DataFrame") -> "Table":
    import rich.box
    from rich.table import Table

    table = Table(box=rich.box.SIMPLE, pad_edge=False)
    for name in rows:
        number = rows[name].dtype.kind in "fi"
        table.add_column(
            str(name), justify="right" if number else "left", no_wrap=number or name == "slice_id"
        )
    for row in rows.itertuples(index=False):
        table.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    return table
