"""``sdl data``: make, select and prepare collections."""

from pathlib import Path

import click

from harness.cli.options import RESULTS, cache_option

folder = click.Path(path_type=Path, file_okay=False)


@click.group()
def data() -> None:
    """Make, select and prepare collections of slices."""


@data.command()
@click.argument("out", type=folder)
@click.option(
    "--patients",
    type=click.IntRange(min=0),
    nargs=3,
    default=(7, 6, 7),
    show_default=True,
    help="Graded patients of grade II, III and IV.",
)
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same bytes.")
def generate(out: Path, patients: tuple[int, int, int], seed: int) -> None:
    """Write DICOM files and a clinical sheet that imitate REMBRANDT.

    \b
    sdl data generate results/generated
    sdl data generate results/hundred --patients 34 33 33 --seed 1
    """
    from harness.phantom import generate as write

    truth = write(out, patients=dict(zip(("II", "III", "IV"), patients, strict=True)), seed=seed)
    click.echo(f"{len(truth)} DICOM files and a clinical sheet in {out}")
    click.echo(f"next: sdl data prepare generated --root {out}")


@data.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Table to write.")
@click.option("--dataset", help="Apply the rule of this dataset, a YAML file or a name in datasets/.")
def select(directory: Path, out: Path, dataset: str | None) -> None:
    """Say of every file of a folder whether a rule includes it, by default T1-weighted sagittal slices.

    The table and its index beside it hold paths and patient IDs: only you may read them. While the
    index is there, only files that changed are read again; an interrupted scan goes on where it stopped.

    \b
    sdl data select /data/REMBRANDT --out slices.csv
    sdl data select /data/MINE --out slices.csv --dataset mine.yaml
    """
    from harness.cli.bar import file_bars
    from harness.data.index.scan import scan_into
    from harness.data.index.slice_index import SliceIndex
    from harness.data.sources.load_recipe import load_recipe

    rule = load_recipe(dataset).slices if dataset else None
    with file_bars() as progress:
        counts = scan_into(out, directory, rule, progress)
    click.echo(f"{counts['']} of {counts.total()} slices included: {out}")
    click.echo(
        f"It and {SliceIndex(out).folder} hold paths and patient IDs: only you may read them; "
        "delete both when you are done."
    )
    del counts[""]
    for reason, count in counts.most_common():
        click.echo(f"{count:>8}  {reason}")


@data.command()
@click.argument("dataset")
@click.option("--root", type=folder, help="Where the collection lies, if not where the dataset says.")
@cache_option
def prepare(dataset: str, root: Path | None, cache: Path) -> None:
    """Select, label, scale and cache the slices of a dataset.

    DATASET is a YAML file, or the name of one in datasets/.

    \b
    sdl data prepare generated
    sdl data prepare rembrandt --root /data/REMBRANDT
    """
    from rich.console import Console
    from rich.markdown import Markdown

    from harness.cli.bar import file_bars
    from harness.data.collection.prepare import find_root
    from harness.data.collection.prepare import prepare as prepare_slices
    from harness.data.labels.label_table import labels_below
    from harness.data.sources.load_recipe import load_recipe
    from harness.report.rendering.selection import selection_markdown

    recipe = load_recipe(dataset)
    root = find_root(recipe, root)
    labels = labels_below(recipe, root)
    with file_bars() as progress:
        prepared = prepare_slices(recipe, root, cache, progress, labels)
    Console().print(Markdown(selection_markdown(prepared.selection)))
    for text, count in labels.free_texts.items():
        patients = "patient" if count == 1 else "patients"
        click.echo(f"label reads {text!r}: {count} {patients}, shown here only: it may name a person")
    click.echo(f"\n{len(prepared.labels)} slices prepared; digest {prepared.digest[:16]}")


@data.command()
@click.argument("dataset")
@click.option("--out", type=folder, default=RESULTS / "sheets", show_default=True, help="Where to write.")
@click.option("--seed", default=0, show_default=True, help="Of the draw of slices.")
@cache_option
def show(dataset: str, out: Path, seed: int, cache: Path) -> None:
    """Write a picture of sample slices for every class of a prepared dataset.

    \b
    sdl data show generated
    """
    from harness.data.collection.contact_sheet import contact_sheets
    from harness.data.collection.prepare import load_prepared
    from harness.data.sources.load_recipe import load_recipe

    for path in contact_sheets(load_prepared(load_recipe(dataset), cache), out, seed):
        click.echo(path)
