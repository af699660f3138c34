"""Training once more on everything."""

import numpy as np
import pytest
import torch
from helpers.made_models import settings
from helpers.tiny import tiny_data

from harness.inference.refit import everything, retrain
from harness.models.synergic import SynergicNetworks
from harness.training.epoch_metrics import EpochRecord


@pytest.mark.parametrize("networks", [2, 3])
def test_no_slice_is_held_out(networks: int) -> None:
    data = tiny_data()
    split = everything(data, networks, seed=3)
    assert split.groups.shape[1] == networks
    assert len(split.test) == 0
    assert len(np.unique(split.train)) == len(split.train) > len(data.labels) - 2 * networks


def test_the_weights_are_those_after_the_last_epoch() -> None:
    told: list[EpochRecord] = []
    arguments = {
        "settings": settings(learning_rate=0.05, epochs=50),
        "data": tiny_data(),
        "seed": 3,
        "device": torch.device("cpu"),
        "pretrained": None,
        "tell": told.append,
    }
    short, long, again = (retrain(epochs=epochs, **arguments) for epochs in (1, 3, 3))
    assert [record.epoch for record in told] == [1, 1, 2, 3, 1, 2, 3]
    assert {record.metrics["lambda"] for record in told} == {3.0}
    SynergicNetworks("shufflenet_v2_x0_5", 2, 3).load_state_dict(long.weights)
    batches = "networks.0.backbone.conv1.1.num_batches_tracked"
    assert long.weights[batches] == 3 * short.weights[batches]
    assert all(torch.equal(long.weights[name], again.weights[name]) for name in long.weights)
    assert long.split_digest == short.split_digest
