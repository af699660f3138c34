"""Training once more on everything."""

import numpy as np
import pytest
import torch
from helpers.made_models import settings
from helpers.tiny import tiny_data

from harness.inference.refit import everything, refit
from harness.models.synergic import SynergicNetworks


@pytest.mark.parametrize("networks", [2, 3])
def test_every_slice_may_train(networks: int) -> None:
    data = tiny_data()
    split = everything(data, networks, seed=3)
    assert split.groups.shape[1] == networks
    assert len(split.test) == 0
    assert len(np.unique(split.train)) == len(split.train) > len(data.labels) - 2 * networks


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
