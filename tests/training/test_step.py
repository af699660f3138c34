"""The sums of a step against loops over slices, networks and pairs."""

from itertools import combinations
from math import exp, log

import pytest
import torch

from harness.models.synergic import SynergicNetworks
from harness.training.step import train_step

GROUPS, NETWORKS, CLASSES = 5, 3, 3
WEIGHT = 2.0


def test_sums_of_losses_and_right_answers_by_network_and_pair() -> None:
    torch.manual_seed(0)
    networks = SynergicNetworks("resnet18", NETWORKS, CLASSES)  # no dropout: the same batch, the same logits
    images = torch.randn(GROUPS, NETWORKS, 3, 32, 32)
    labels = torch.randint(CLASSES, (GROUPS, NETWORKS))
    with torch.no_grad():
        logits, synergic = (values.double().tolist() for values in networks(images, WEIGHT))
    optimizer = torch.optim.SGD(networks.parameters(), lr=0.01)
    losses, right = train_step(networks, optimizer, images, labels, WEIGHT).tolist()

    for k in range(NETWORKS):
        rows = [(logits[group][k], int(labels[group, k])) for group in range(GROUPS)]
        loss = sum(log(sum(map(exp, row))) - row[label] for row, label in rows)
        assert losses[k] == pytest.approx(loss, rel=1e-4)
        assert right[k] == sum(row.index(max(row)) == label for row, label in rows)
    for number, (i, j) in enumerate(combinations(range(NETWORKS), 2)):
        signs = [1 if labels[group, i] == labels[group, j] else -1 for group in range(GROUPS)]
        margins = [sign * synergic[group][number] for group, sign in enumerate(signs)]
        assert losses[NETWORKS + number] == pytest.approx(sum(log(1 + exp(-m)) for m in margins), rel=1e-4)
        # Five groups: were right answers counted as wrong ones, no sum would be the same.
        assert right[NETWORKS + number] == sum(margin > 0 for margin in margins)
