"""A tiny collection and runs on it, small but real."""

import io
from typing import Any

import numpy as np
import torch

from harness.data.collection.prepared import PreparedData
from harness.data.splits.split import Split
from harness.methods.base import Run
from harness.methods.registry import method_of
from harness.methods.sdl import SdlSettings
from harness.methods.single import SingleSettings
from harness.training.gradient_run import GradientRun
from harness.training.schedule import Streams
from harness.training.task import Task

CPU = torch.device("cpu")
PIXELS = 64


def collection() -> PreparedData:
    random = np.random.default_rng(0)
    labels = random.integers(3, size=24)
    images = random.random((24, PIXELS, PIXELS)) * 0.5 + labels[:, None, None] * 0.2
    return PreparedData(
        "tiny",
        images.astype(np.float32),
        labels,
        tuple(f"slice{i}" for i in range(24)),
        tuple(f"P{i // 3}" for i in range(24)),
        ("II", "III", "IV"),
    )


def split_of(networks: int) -> Split:
    order = np.random.default_rng(1).permutation(24)
    train = order[:18] if networks == 3 else order[:14]
    return Split(groups=train.reshape(-1, networks), validation=order[18:21], test=order[21:])


def settings_of(backbone: str, networks: int, **changes: Any) -> SdlSettings | SingleSettings:
    values = {"learning_rate": 0.01, "batch_size": 3, "weights": "none", "epochs": 4, **changes}
    if networks == 1:
        return SingleSettings(backbone=backbone, **values)
    return SdlSettings(backbone=backbone, networks=networks, synergic_weight=3.0, **values)


def task_of(networks: int, protocol: str = "paper", device: torch.device = CPU) -> Task:
    return Task(collection(), split_of(networks), protocol, Streams(7, 2, 1), device)


def new_run(
    settings: SdlSettings | SingleSettings, protocol: str = "paper", device: torch.device = CPU
) -> GradientRun:
    run = method_of(settings).start(settings, task_of(settings.requirements.networks, protocol, device))
    assert isinstance(run, GradientRun)
    return run


def through_a_file(state: dict[str, Any]) -> dict[str, Any]:
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    loaded: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    return loaded


def untimed(run: Run) -> list[dict[str, float]]:
    return [{k: v for k, v in record.metrics.items() if k != "seconds"} for record in run.history]
