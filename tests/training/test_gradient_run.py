"""Small but real runs; the oracle of an epoch is a loop written by hand."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from helpers.small_runs import (
    CPU,
    collection,
    new_run,
    settings_of,
    split_of,
    task_of,
    through_a_file,
    untimed,
)
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as transforms

from harness.data.collection.prepared import PreparedData
from harness.data.splits.pairing import group_slices
from harness.methods.sdl import Sdl, SdlSettings
from harness.models.synergic import SynergicNetworks
from harness.seeds import derive_seed
from harness.training.gradient_run import GradientRun
from harness.training.task import EVERYTHING

MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def by_hand(
    settings: SdlSettings, networks: SynergicNetworks, data: PreparedData, epoch: int
) -> dict[str, float]:
    """Train one epoch as the paper's text reads: images one by one, a backward pass for every term."""
    split = split_of(2)
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
    names = ("net1", "net2", "syn12")
    totals = dict.fromkeys([*names, *(f"{name} right" for name in names)], 0.0)
    networks.train()
    for start in range(0, len(groups), settings.batch_size):
        batch = groups[start : start + settings.batch_size]
        labels = torch.tensor(data.labels[batch])
        f1, p1 = one(torch.stack([load(i) for i in batch[:, 0]]))
        f2, p2 = two(torch.stack([load(i) for i in batch[:, 1]]))
        losses = [F.cross_entropy(p1, labels[:, 0]), F.cross_entropy(p2, labels[:, 1])]
        same = (labels[:, 0] == labels[:, 1]).to(p1.dtype)
        agree = torch.sigmoid(synergic(torch.cat([f1, f2], 1))).squeeze(1)
        tie = F.binary_cross_entropy(agree, same)
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
        right = (p1.argmax(1) == labels[:, 0], p2.argmax(1) == labels[:, 1], (agree > 0.5) == (same == 1))
        for name, loss, correct in zip(names, (*losses, tie), right, strict=True):
            totals[name] += loss.item() * len(batch)
            totals[f"{name} right"] += correct.sum().item()
    return {name: total / len(groups) for name, total in totals.items()}


@pytest.fixture
def double() -> Iterator[None]:
    """Networks and random numbers in float64: in float32 BatchNorm amplifies rounding, differently by CPU."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("double")
def test_epochs_equal_the_papers_text_done_by_hand() -> None:
    settings = settings_of(
        "resnet18", 2, gaussian=3, batch_size=4, learning_rate=1e-3, learning_rate_decay=0.5
    )
    assert isinstance(settings, SdlSettings)
    task = task_of(2)
    data = replace(task.data, images=task.data.images.astype(np.float64))
    run = GradientRun(settings, replace(task, data=data), settings.synergic_weight)
    torch.manual_seed(derive_seed(7, "init", 2, 1))
    networks = SynergicNetworks("resnet18", 2, 3)
    start = {name: value.clone() for name, value in networks.named_parameters()}
    for epoch in range(2):
        metrics = run.train_epoch().metrics
        expected = by_hand(settings, networks, data, epoch)
        for name in ("net1", "net2", "syn12"):
            assert metrics[f"train/{name}/loss"] == pytest.approx(expected[name], rel=1e-9)
            assert metrics[f"train/{name}/accuracy"] == pytest.approx(expected[f"{name} right"])
    state = run.state()["networks"]
    for name, value in networks.named_parameters():
        moved = torch.linalg.vector_norm(value - start[name])
        assert torch.linalg.vector_norm(state[name] - value) < 1e-6 * moved, name


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


INTERRUPTED = [
    ("resnet18", 2, {"momentum": 0.9}),
    ("mobilenet_v3_small", 3, {"pairing": "each_epoch"}),
    ("mobilenet_v3_small", 1, {"momentum": 0.9}),
]


@pytest.mark.parametrize(
    ("backbone", "networks", "stated"),
    [*INTERRUPTED, pytest.param("alexnet", 1, {"momentum": 0.9}, marks=pytest.mark.slow)],
)
def test_interrupted_equals_uninterrupted_bit_for_bit(
    backbone: str, networks: int, stated: dict[str, Any]
) -> None:
    settings = settings_of(backbone, networks, epochs=3, **stated)
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
        assert record.metrics.keys() == names | {"lambda", "learning_rate", "unpaired_slices", "seconds"}
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


@pytest.mark.parametrize("networks", [1, 2, 3])
@pytest.mark.parametrize("protocol", ["paper", EVERYTHING])
def test_groups_sampled_each_epoch_come_to_hold_every_training_slice(networks: int, protocol: str) -> None:
    """The table of predictions tells who trained on what in the last epoch; the others are counted."""
    settings = settings_of("mobilenet_v3_small", networks, pairing="each_epoch")
    run, split = new_run(settings, protocol), split_of(networks)
    held_out = {f"slice{i}" for i in [*split.validation, *split.test]}
    free = {f"slice{i}" for i in range(24)} - held_out
    pool = {f"slice{i}" for i in split.train} if protocol == "paper" else free
    by_epoch = []
    while run.epoch < 8:
        record = run.train_epoch()
        if run.chosen_epoch == run.epoch:
            train = run.predictions().query("set == 'train'")
            assert record.metrics["unpaired_slices"] == len(free) - len(train)
            assert train["slice_id"].is_unique
            assert set(train["trained_network"]) == {f"net{k + 1}" for k in range(networks)}
            by_epoch.append(frozenset(train["slice_id"]))
    assert all(slices <= pool for slices in by_epoch)
    if protocol == EVERYTHING:  # every epoch is chosen in its turn
        assert len(by_epoch) == 8
        assert frozenset.union(*by_epoch) == pool


def test_pairs_of_an_epoch_are_the_papers_for_its_own_seed() -> None:
    """As many pairs within a class and across classes as one pairing of the same slices gives."""
    settings = settings_of("mobilenet_v3_small", 2, pairing="each_epoch")
    task = replace(task_of(2), protocol=EVERYTHING)
    run = Sdl().start(settings, task)
    labels, free = task.data.labels, np.setdiff1d(np.arange(24), [*split_of(2).validation, *split_of(2).test])
    for epoch in range(2):
        run.train_epoch()
        train = run.predictions().query("set == 'train'")
        pairs = train["slice_id"].str.removeprefix("slice").astype(int).to_numpy().reshape(-1, 2)
        random = np.random.default_rng(derive_seed(7, "pairs", 2, 1, epoch))
        assert (pairs == free[group_slices(labels[free], 2, random)]).all()


def test_pairs_sampled_once_leave_the_same_slices_over_in_every_epoch() -> None:
    run = new_run(settings_of("mobilenet_v3_small", 2))
    assert {run.train_epoch().metrics["unpaired_slices"] for _ in range(2)} == {24 - 14 - 3 - 3}


def test_nothing_is_chosen_before_the_first_epoch() -> None:
    with pytest.raises(RuntimeError, match="before the first"):
        _ = new_run(settings_of("resnet18", 1)).chosen_epoch


needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
GPU = torch.device("cuda")


@needs_gpu
@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("backbone", ["alexnet", "vgg19", "resnet50", "resnet152"])
@pytest.mark.parametrize("networks", [1, 2, 3])
def test_an_epoch_on_the_gpu_is_that_of_the_cpu(
    backbone: str, networks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In float64, and without dropout: what that leaves out, either device draws for itself."""
    monkeypatch.setattr(torch.nn.Dropout, "forward", lambda self, values: values)
    settings = settings_of(backbone, networks, learning_rate=1e-3)

    def losses(device: torch.device) -> list[float]:
        task = task_of(networks, device=device)
        data = replace(task.data, images=task.data.images.astype(np.float64))
        metrics = GradientRun(settings, replace(task, data=data), 3.0).train_epoch().metrics
        return [value for name, value in sorted(metrics.items()) if name.endswith("loss")]

    assert losses(GPU) == pytest.approx(losses(CPU), rel=1e-9)


@needs_gpu
@pytest.mark.parametrize("backbone", ["alexnet", "vgg19", "resnet50", "resnet152"])
def test_on_one_gpu_the_same_seed_gives_the_same_bits_interrupted_or_not(backbone: str) -> None:
    settings = settings_of(backbone, 2, learning_rate=1e-3)
    whole, interrupted = new_run(settings, device=GPU), new_run(settings, device=GPU)
    for _ in range(2):
        whole.train_epoch()
    interrupted.train_epoch()
    resumed = new_run(settings, device=GPU)
    resumed.restore(through_a_file(interrupted.state()))
    resumed.train_epoch()
    assert untimed(resumed) == untimed(whole)
    for name, value in whole.state()["networks"].items():
        assert torch.equal(value, resumed.state()["networks"][name]), name
