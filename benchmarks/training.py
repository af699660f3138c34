"""Seconds per epoch of the harness beside a training loop written by hand, on the same work in one run.

    python benchmarks/training.py --peer textbook_sdl.py --data tcga_lgg

DATA is a folder of labelled images (labels.csv with the columns path, patient_id, grade); PEER takes it with
``--epochs``, ``--pairs`` and ``--device`` and prints "median seconds per epoch: S". Both train two AlexNets
on random pairs at 128 × 128 in batches of 8, each in a process of its own, in turns. The harness also
evaluates 42 slices after every epoch, which the peer does not. Threads that share cores with other work wait
for each other: on a busy machine set OMP_NUM_THREADS=1 for both.
"""

import argparse
import csv
import re
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from harness.data.collection.prepared import PreparedData
from harness.data.splits.split import Split
from harness.methods.sdl import Sdl, SdlSettings
from harness.training.memory import keep_freed_memory
from harness.training.schedule import Streams
from harness.training.task import Task

CHOICE = 42
SYNERGIC_WEIGHT = 3.0


def load(folder: Path, slices: int) -> PreparedData:
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows = [rows[i] for i in np.random.default_rng(0).permutation(len(rows))[:slices]]
    classes = sorted({row["grade"] for row in rows})
    images = [Image.open(folder / row["path"]).convert("L").resize((128, 128)) for row in rows]
    return PreparedData(
        dataset=folder.name,
        images=np.stack([np.asarray(image, dtype=np.float32) / 255 for image in images]),
        labels=np.array([classes.index(row["grade"]) for row in rows]),
        slice_ids=tuple(map(str, range(len(rows)))),
        patients=tuple(row["patient_id"] for row in rows),
        classes=tuple(classes),
    )


def time_harness(folder: Path, epochs: int, pairs: int, device: str) -> float:
    keep_freed_memory()
    data = load(folder, 2 * pairs + CHOICE)
    indices = np.arange(len(data.labels))
    choice = indices[2 * pairs :]
    split = Split(indices[: 2 * pairs].reshape(-1, 2), choice, choice)
    task = Task(data, split, "paper", Streams(seed=0, repeat=0, fold=0), torch.device(device))
    settings = SdlSettings(backbone="alexnet", weights="none", synergic_weight=SYNERGIC_WEIGHT)
    run = Sdl().start(settings, task)
    return statistics.median(run.train_epoch().metrics["seconds"] for _ in range(epochs))


def seconds_of(script: Path, *arguments: str) -> float:
    command = [sys.executable, str(script), *arguments]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"median seconds per epoch: ([\d.]+)", output)
    if found is None:
        raise SystemExit(f"{script} printed no median seconds per epoch")
    return float(found.group(1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--peer", type=Path, help="the loop to compare with; without it the harness alone is timed"
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=184)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    given = parser.parse_args()
    if given.peer is None:
        ours = time_harness(given.data, given.epochs, given.pairs, given.device)
        print(f"median seconds per epoch: {ours:.3f}")
        return
    work = ["--epochs", str(given.epochs), "--pairs", str(given.pairs), "--device", given.device]
    rounds = [
        (
            seconds_of(given.peer, str(given.data), *work),
            seconds_of(Path(__file__), "--data", str(given.data), *work),
        )
        for _ in range(given.rounds)
    ]
    peer, ours = (statistics.median(seconds) for seconds in zip(*rounds, strict=True))
    print(f"device {given.device}, {torch.get_num_threads()} threads, {given.pairs} pairs")
    for theirs, own in rounds:
        print(f"  peer {theirs:.2f} s, harness {own:.2f} s an epoch")
    print(f"median: peer {peer:.2f} s, harness {ours:.2f} s an epoch: {ours / peer:.2f} of the peer's time")


if __name__ == "__main__":
    main()
