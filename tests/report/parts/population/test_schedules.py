from helpers.made_sweeps import made_schedule

from harness.report.parts.population.schedules import draw_schedules, schedule_lines, schedule_table

SCHEDULES = {(0, 0): made_schedule(), (1, 2): made_schedule()}


def test_a_schedule_reads_as_spans_of_epochs() -> None:
    table = schedule_table(SCHEDULES, "schedule", "Winning λ")
    assert table.rows == ((1, 1, "5 (1–2), 4 (3–3)"), (2, 3, "5 (1–2), 4 (3–3)"))


def test_members_and_the_winning_path_count_epochs_from_1() -> None:
    first, second = schedule_lines(SCHEDULES)
    assert (second.repeat, second.fold) == (2, 3)
    assert first.won == [(1, 5.0), (2, 5.0), (3, 4.0)]
    members = [(1, 5), (1, 5), (4, 5), (4, 5)]
    assert first.members == [
        (epoch, weight) for epoch, pair in enumerate(members, start=1) for weight in pair
    ]


def test_the_winning_path_is_drawn_up_to_the_chosen_epoch_and_members_as_dots() -> None:
    lines = schedule_lines(SCHEDULES)
    (axes,) = draw_schedules(lines).axes
    members, path, end = axes.lines[:3]
    assert path.get_label() == "repeat 1, fold 1"
    points = [list(zip(line.get_xdata(), line.get_ydata(), strict=True)) for line in (members, path, end)]
    assert points == [lines[0].members, [(1, 5), (2, 5), (3, 4)], [(3, 4)]]
