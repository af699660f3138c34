from io import StringIO

from made_sweeps import sdl, single, sweep_of, trial
from rich.console import Console

from harness.report.terminal import comparison_table


def test_the_comparison_fits_80_columns_and_loses_no_figure() -> None:
    trials = [
        trial(sdl(weight, "resnet152", gaussian=size), [38, 39], repeat=repeat)
        for weight in (3.0, 4.5)
        for size in (0, 5)
        for repeat in (0, 1)
    ]
    trials += [trial(single("resnet152"), [30], repeat=repeat) for repeat in (0, 1)]
    console = Console(width=80, record=True, file=StringIO())
    console.print(comparison_table([sweep_of(trials, repeats=2)]))
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("92.9 ± 0.0") == 4
    assert "chosen by test accuracy" in " ".join(text.split())
    assert "…" not in text
