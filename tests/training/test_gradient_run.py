"""Small but real runs; the oracle of an epoch is a loop written by hand."""

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from helpers.small_runs import collection, new_run, settings_of, split_of, through_a_file, untimed
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as transforms

from harness.methods.sdl import SdlSettings
from harness.models.synergic import SynergicNetworks
from harness.seeds import derive_seed
from harness.training.gradient_run import GradientRun

MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def by_hand(settings: SdlSettings, networks: SynergicNetworks, epoch: int) -> dict[str, float]:
    """Train one epoch as the paper's text reads: images one by one, a backward pass for every term."""
    data, split = collection(), split_of(2)
    order = torch.Generator().manual_seed(derive_seed(7, "order", 2, 1, epoch))
    angles = torch.Generator().manual_seed(derive_seed(7, "rotation", 2, 1, epoch))
    degrees = settings.rotation * (2 * torch.rand(len(data.images), generator=angles) - 1)
    groups = split.groups[torch.randperm(len(split.groups), generator=order).numpy()]

    def load(index: int) -> torch.Tensor:
        image = torch.tensor(data.images[index])[None]
        if settings.gaussian:
            image = transforms.gaussian_blur(image, [settings.gaussian] * 2)
        image = transforms.rotate(image, degrees[index].item(), InterpolationMode.BILINEAR, fill=0)
        return transforms.normalize(image.repeat(3, 1, 1), MEAN, DEVIATION)

    rate = settings.learning_rate / (1 + settings.learning_rate_decay * epoch)
    optimizer = torch.optim.SGD(networks.parameters(), lr=rate)
    one, two = networks.networks
    (synergic,) = networks.synergic_layers
    totals = dict.fromkeys(("net1", "net2", "syn12", "right"), 0.0)
    networks.train()
    for start in range(0, len(groups), settings.batch_size):
        batch = groups[start : start + settings.batch_size]
        labels = torch.tensor(data.labels[batch])
        f1, p1 = one(torch.stack([load(i) for i in batch[:, 0]]))
        f2, p2 = two(torch.stack([load(i) for i in batch[:, 1]]))
        losses = [F.cross_entropy(p1, labels[:, 0]), F.cross_entropy(p2, labels[:, 1])]
        same = (labels[:, 0] == labels[:, 1]).float()
        tie = F.binary_cross_entropy(torch.sigmoid(synergic(torch.cat([f1, f2], 1))).squeeze(1), same)
        optimizer.zero_grad()
        (losses[0] + losses[1]).backward(retain_graph=True)
        bodies = [
            p for network in (one, two) for p in (*network.backbone.parameters(), *network.added.parameters())
        ]
        found = torch.autograd.grad(tie, [*bodies, *synergic.parameters()])
        for parameter, gradient in zip(bodies, found, strict=False):
            parameter.grad += settings.synergic_weight * gradient
        for parameter, gradient in zip(synergic.parameters(), found[-2:], strict=True):
            parameter.grad = gradient
        optimizer.step()
        for name, loss in zip(totals, (*losses, tie), strict=False):
            totals[name] += loss.item() * len(batch)
        totals["right"] += (p1.argmax(1) == labels[:, 0]).sum().item()
    return {name: total / len(groups) for name, total in totals.items()}


def test_epochs_equal_the_papers_text_done_by_hand() -> None:
    """A small rate and batches of four and three: BatchNorm amplifies rounding where batches are tiny."""
    settings = settings_of(
        "resnet18", 2, gaussian=3, batch_size=4, learning_rate=1e-4, learning_rate_decay=0.5
    )
    run = new_run(settings)
    torch.manual_seed(derive_seed(7, "init", 2, 1))
    networks = SynergicNetworks("resnet18", 2, 3)
    start = {name: value.clone() for name, value in networks.named_parameters()}
    for epoch in range(2):
        metrics = run.train_epoch().metrics
        expected = by_hand(settings, networks, epoch)
        for name in ("net1", "net2", "syn12"):
            assert metrics[f"train/{name}/loss"] == pytest.approx(expected[name], rel=1e-5)
        assert metrics["train/net1/accuracy"] == pytest.approx(expected["right"])
    state = run.state()["networks"]
    for name, value in networks.named_parameters():
        moved = torch.linalg.vector_norm(value - start[name])
        assert torch.linalg.vector_norm(state[name] - value) < 0.02 * moved, name


def test_fused_sgd_is_plain_sgd() -> None:
    torch.manual_seed(0)
    start, steps = torch.randn(1000), torch.randn(5, 1000)
    ends = []
    for fused in (True, False):
        weights = start.clone().requires_grad_()
        optimizer = torch.optim.SGD([weights], lr=0.03, momentum=0.9, fused=fused)
        for step in steps:
            weights.grad = step.clone()
            optimizer.step()
        ends.append(weights.detach())
    torch.testing.assert_close(ends[0], ends[1], rtol=1e-6, atol=1e-6)


INTERRUPTED = [("resnet18", 2, 0.9), ("mobilenet_v3_small", 3, 0.0), ("mobilenet_v3_small", 1, 0.9)]


@pytest.mark.parametrize(
    ("backbone", "networks", "momentum"),
    [*INTERRUPTED, pytest.param("alexnet", 1, 0.9, marks=pytest.mark.slow)],
)
def test_interrupted_equals_uninterrupted_bit_for_bit(backbone: str, networks: int, momentum: float) -> None:
    settings = settings_of(backbone, networks, momentum=momentum, epochs=3)
    whole = new_run(settings)
    checkpoints = [through_a_file(whole.state())]
    for _ in range(settings.epochs):
        whole.train_epoch()
        checkpoints.append(through_a_file(whole.state()))
    table = whole.predictions()
    for done, checkpoint in enumerate(checkpoints[:-1]):
        torch.manual_seed(1000 + done)
        resumed = new_run(settings)
        resumed.restore(checkpoint)
        assert resumed.epoch == done
        while resumed.epoch < settings.epochs:
            torch.rand(done + 1)
            resumed.train_epoch()
        assert untimed(resumed) == untimed(whole)
        assert resumed.history[:done] == whole.history[:done]
        assert resumed.chosen_epoch == whole.chosen_epoch
        pd.testing.assert_frame_equal(resumed.predictions(), table, check_exact=True)
        for name, value in whole.state()["networks"].items():
            assert torch.equal(value, resumed.state()["networks"][name]), name


@pytest.fixture(scope="module", params=["paper", "patients"])
def trained(request: pytest.FixtureRequest) -> GradientRun:
    run = new_run(settings_of("mobilenet_v3_small", 2, learning_rate=0.05, momentum=0.9), request.param)
    for epoch in range(5):
        run.synergic_weight = float(epoch)
        run.train_epoch()
    return run


def test_metrics_of_an_epoch(trained: GradientRun) -> None:
    voters = [
        "train/net1",
        "train/net2",
        "train/syn12",
        "validation/net1",
        "validation/net2",
        "validation/ensemble",
    ]
    names = {f"{voter}/{measure}" for voter in voters for measure in ("loss", "accuracy")}
    for epoch, record in enumerate(trained.history):
        assert record.epoch == epoch + 1
        assert record.metrics.keys() == names | {"lambda", "learning_rate", "seconds"}
        assert record.metrics["lambda"] == epoch
        assert record.metrics["learning_rate"] == 0.05 / (1 + 1e-4 * epoch)
    times = [record.time for record in trained.history]
    assert times == sorted(times)


def test_chosen_epoch_is_the_first_of_the_best(trained: GradientRun) -> None:
    protocol = trained._task.protocol
    voters = ["net1", "net2"] if protocol == "paper" else ["ensemble"]
    figures = [max(r.metrics[f"validation/{v}/accuracy"] for v in voters) for r in trained.history]
    assert trained.chosen_epoch == figures.index(max(figures)) + 1


def test_predictions_are_those_of_the_chosen_epoch(trained: GradientRun) -> None:
    before = {name: value.clone() for name, value in trained.state()["networks"].items()}
    table = trained.predictions()
    assert all(torch.equal(value, before[name]) for name, value in trained.state()["networks"].items())

    data, split = collection(), split_of(2)
    assert table["set"].value_counts().to_dict() == {"train": 14, "validation": 3, "test": 3}
    assert table["slice_id"].tolist() == [f"slice{i}" for i in [*split.train, *split.validation, *split.test]]
    rows = [int(name.removeprefix("slice")) for name in table["slice_id"]]
    assert table["patient"].tolist() == [data.patients[i] for i in rows]
    assert table["true_class"].tolist() == [data.classes[data.labels[i]] for i in rows]
    assert table["trained_network"].tolist() == ["net1", "net2"] * 7 + [""] * 6
    assert set(table["repeat"]) == {2}
    assert set(table["fold"]) == {1}

    networks = SynergicNetworks("mobilenet_v3_small", 2, 3).eval()
    networks.load_state_dict(trained.weights())
    images = torch.tensor(data.images[rows])[:, None].repeat(1, 3, 1, 1)
    with torch.no_grad():
        inputs = transforms.normalize(images, MEAN, DEVIATION)
        expected = [F.softmax(network(inputs)[1].double(), dim=1).numpy() for network in networks.networks]
    columns = [f"net{k}_{name}" for k in (1, 2) for name in data.classes]
    assert table.columns.tolist()[-6:] == columns
    np.testing.assert_allclose(table[columns], np.hstack(expected), atol=1e-5)
    np.testing.assert_allclose(table[columns[:3]].sum(axis=1), 1)

    chosen = trained.history[trained.chosen_epoch - 1].metrics
    choice = table[table["set"] == "validation"]
    for k in (1, 2):
        guesses = choice[[f"net{k}_{name}" for name in data.classes]].to_numpy().argmax(axis=1)
        right = np.asarray(data.classes)[guesses] == choice["true_class"]
        assert right.mean() == pytest.approx(chosen[f"validation/net{k}/accuracy"])


def test_candidates_share_initialisation_and_a_last_batch_of_one_is_trained() -> None:
    single, small = (new_run(settings_of("resnet18", 1, batch_size=size)) for size in (13, 14))
    first, second = single.state()["networks"], small.state()["networks"]
    assert all(torch.equal(value, second[name]) for name, value in first.items())
    assert np.isfinite(single.train_epoch().metrics["train/net1/loss"])


def test_nothing_is_chosen_before_the_first_epoch() -> None:
    with pytest.raises(RuntimeError, match="before the first"):
        _ = new_run(settings_of("resnet18", 1)).chosen_epoch


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_an_epoch_on_the_gpu_is_that_of_the_cpu() -> None:
    settings = settings_of("resnet18", 2, learning_rate=1e-3)
    gpu, cpu = new_run(settings, device=torch.device("cuda")), new_run(settings)
    for name, value in cpu.train_epoch().metrics.items():
        if name.endswith("loss"):
            assert gpu.history or gpu.train_epoch()
            assert gpu.history[0].metrics[name] == pytest.approx(value, rel=1e-3)
    resumed = new_run(settings, device=torch.device("cuda"))
    resumed.restore(through_a_file(gpu.state()))
    assert resumed.train_epoch().epoch == 2
