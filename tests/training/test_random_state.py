import pytest
import torch

from harness.training.random_state import RandomState

DEVICES = [torch.device("cpu")] + ([torch.device("cuda")] if torch.cuda.is_available() else [])


@pytest.mark.parametrize("device", DEVICES, ids=str)
def test_a_trials_stream_goes_on_where_it_stopped(device: torch.device) -> None:
    whole = RandomState(5, device)
    with whole.active():
        expected = torch.rand(6, device=device)
    parts = RandomState(5, device)
    with parts.active():
        first = torch.rand(3, device=device)
    torch.manual_seed(99)
    resumed = RandomState(6, device)
    resumed.state = parts.state
    with resumed.active():
        second = torch.rand(3, device=device)
    if device.type == "cpu":  # a GPU's generator moves on by launches, not by single numbers
        assert torch.equal(torch.cat([first, second]), expected)
    again = RandomState(5, device)
    with again.active():
        assert torch.equal(torch.rand(3, device=device), first)
        assert torch.equal(torch.rand(3, device=device), second)


def test_the_process_own_stream_is_left_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    with RandomState(5, torch.device("cpu")).active():
        torch.rand(10)
    assert torch.equal(torch.rand(2), expected)
