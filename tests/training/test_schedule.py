import pytest
import torch

from harness.methods.sdl import SdlSettings
from harness.training.schedule import Streams, learning_rate

PAPER = SdlSettings(backbone="alexnet", synergic_weight=3.0)


def test_learning_rate_of_the_papers_last_epoch() -> None:
    assert learning_rate(PAPER, 249) == pytest.approx(9.757e-5, abs=5e-9)


def test_learning_rate_does_not_compound() -> None:
    assert learning_rate(PAPER, 0) == 1e-4
    faster = PAPER.model_copy(update={"learning_rate_decay": 0.5})
    assert [learning_rate(faster, epoch) for epoch in (0, 1, 2, 4)] == pytest.approx(
        [1e-4, 1e-4 / 1.5, 1e-4 / 2, 1e-4 / 3]
    )


def test_order_is_a_permutation_that_needs_no_history() -> None:
    late = Streams(7, 0, 0).order(50, 9)
    torch.rand(3)
    again = [Streams(7, 0, 0).order(50, epoch) for epoch in range(10)]
    assert torch.equal(again[9], late)
    assert sorted(late.tolist()) == list(range(50))
    assert not torch.equal(again[8], late)


def test_degrees_fill_the_range_and_scale_with_it() -> None:
    degrees = Streams(7, 0, 0).degrees(10_000, 10.0, 3)
    assert degrees.abs().max() <= 10
    counts = torch.histc(degrees, bins=10, min=-10, max=10)
    assert counts.min() > 900
    assert counts.max() < 1100
    torch.testing.assert_close(Streams(7, 0, 0).degrees(10_000, 20.0, 3), 2 * degrees)


def test_every_part_of_a_stream_matters() -> None:
    streams = [Streams(7, 0, 0), Streams(8, 0, 0), Streams(7, 1, 0), Streams(7, 0, 1)]
    draws = [stream.degrees(4, 10.0, 0).tolist() for stream in streams] + [
        streams[0].degrees(4, 10.0, 1).tolist()
    ]
    assert len({tuple(draw) for draw in draws}) == 5
    assert len({stream.seed_of("init") for stream in streams} | {streams[0].seed_of("global")}) == 5


def test_order_and_angles_of_a_seed_stay_what_they_are() -> None:
    streams = Streams(7, 1, 2)
    assert streams.order(8, 3).tolist() == [0, 4, 3, 1, 5, 6, 7, 2]
    assert streams.degrees(3, 10.0, 3).tolist() == pytest.approx([8.6966143, -3.8625097, -7.4777842])
