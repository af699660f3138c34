import numpy as np
import pytest
import torch

from harness.training.epoch_metrics import classification_metrics, monitored_metric, train_metrics


def test_choice_metrics_by_hand() -> None:
    random = np.random.default_rng(0)
    probabilities = random.dirichlet([1, 1, 1], size=(20, 2))
    labels = random.integers(3, size=20)
    metrics = classification_metrics(
        "validation", torch.from_numpy(probabilities).log(), torch.from_numpy(labels)
    )
    voters = {
        "net1": probabilities[:, 0],
        "net2": probabilities[:, 1],
        "ensemble": probabilities.mean(axis=1),
    }
    for name, voter in voters.items():
        assert metrics[f"validation/{name}/accuracy"] == np.mean(voter.argmax(axis=1) == labels)
        loss = -np.log(voter[np.arange(20), labels]).mean()
        assert metrics[f"validation/{name}/loss"] == pytest.approx(loss)
    assert len(metrics) == 6


def test_train_metrics_are_means_under_their_names() -> None:
    sums = torch.tensor([[4.0, 8, 12, 16, 20, 24], [1, 2, 3, 4, 4, 0]])
    metrics = train_metrics(sums, 4, 3)
    names = ["net1", "net2", "net3", "syn12", "syn13", "syn23"]
    assert [metrics[f"train/{name}/loss"] for name in names] == [1, 2, 3, 4, 5, 6]
    assert [metrics[f"train/{name}/accuracy"] for name in names] == [0.25, 0.5, 0.75, 1, 1, 0]


def test_monitored_metric_is_of_the_better_network_under_paper_and_of_the_ensemble_elsewhere() -> None:
    metrics = {
        "validation/net1/accuracy": 0.5,
        "validation/net2/accuracy": 0.75,
        "validation/ensemble/accuracy": 0.7,
    }
    assert monitored_metric(metrics, 2, "paper") == 0.75
    assert monitored_metric(metrics, 2, "patients") == 0.7
