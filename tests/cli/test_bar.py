import io

from rich.console import Console
from rich.text import Text

from harness.cli.bar import file_bars


def test_bars_tell_pace_and_time_left_in_80_columns() -> None:
    screen, now = io.StringIO(), [0.0]
    console = Console(file=screen, width=80, force_terminal=True, get_time=lambda: now[0])
    with file_bars(console) as tell:
        for now[0] in range(11):
            tell("reading headers", 12_000 * int(now[0]), 120_000)
        for now[0] in (20.0, 21.0, 22.0):
            tell("reading pixels", 50 * int(now[0] - 20), 1_000_000)
    lines = [Text.from_ansi(line).plain.rstrip() for line in screen.getvalue().splitlines()]
    assert max(map(len, lines)) <= 80
    headers, pixels = [" ".join(line.split()) for line in lines if line.startswith("reading")][-2:]
    assert headers.endswith(" 120000/120000 12000 files/s 0:00:10")
    assert pixels.endswith(" 100/1000000 50 files/s 5:33:18")  # 999,900 / 50


def test_a_bar_is_of_the_folder_that_is_read_now() -> None:
    screen = io.StringIO()
    with file_bars(Console(file=screen, width=80, force_terminal=True)) as tell:
        tell("reading headers", 27, 27)
        tell("reading headers", 4, 8)
    lines = [Text.from_ansi(line).plain for line in screen.getvalue().splitlines()]
    assert " 4/8 " in [line for line in lines if line.startswith("reading")][-1]
