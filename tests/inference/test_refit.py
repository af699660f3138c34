"""Training once more on everything."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.made_models import settings
from helpers.tiny import tiny_data

from harness.inference.refit import everything, refit
from harness.models.synergic import SynergicNetworks


@pytest.mark.parametrize("networks", [1, 2, 3])
def test_every_slice_may_train(networks: int) -> None:
    data = tiny_data()
    split = everything(data, networks, seed=3)
    assert split.groups.shape[1] == networks
    assert len(split.test) == 0
    assert len(np.unique(split.train)) == len(split.train) > len(data.labels) - 2 * networks
    assert len(split.train) == len(data.labels) or networks > 1


def test_the_weights_are_those_after_the_last_epoch() -> None:
    progress: list[tuple[str, int, int]] = []
    arguments = {
        "settings": settings(learning_rate=0.05, epochs=50),
        "data": tiny_data(),
        "seed": 3,
        "device": torch.device("cpu"),
        "pretrained": None,
        "progress": lambda *event: progress.append(event),
    }
    short, long, again = (refit(epochs=epochs, **arguments) for epochs in (1, 3, 3))
    three = [("training", epoch, 3) for epoch in (1, 2, 3)]
    assert progress == [("training", 1, 1), *three, *three]
    SynergicNetworks("shufflenet_v2_x0_5", 2, 3).load_state_dict(long.weights)
    batches = "networks.0.backbone.conv1.1.num_batches_tracked"
    assert long.weights[batches] == 3 * short.weights[batches]
    assert all(torch.equal(long.weights[name], again.weights[name]) for name in long.weights)
    assert long.split_digest == short.split_digest


def test_groups_are_sampled_anew_every_epoch_whatever_the_candidate_did() -> None:
    data = replace(tiny_data(), labels=np.repeat([0, 1], [28, 4]), classes=("II", "III"))
    once, anew = (
        refit(settings(pairing=pairing), data, epochs=2, seed=3, device=torch.device("cpu"), pretrained=None)
        for pairing in ("once", "each_epoch")
    )
    assert once.settings == anew.settings == settings(pairing="each_epoch")
    assert all(torch.equal(once.weights[name], anew.weights[name]) for name in anew.weights)


def test_slices_that_pairing_left_over_are_counted() -> None:
    """Of 28 and 4 slices 14 and 2 are paired in their class, and 2 of the 14 left with the 2 of the other."""
    data = replace(tiny_data(), labels=np.repeat([0, 1], [28, 4]), classes=("II", "III"))
    result = refit(settings(), data, epochs=1, seed=3, device=torch.device("cpu"), pretrained=None)
    assert result.unpaired == 28 - 14 - 2
