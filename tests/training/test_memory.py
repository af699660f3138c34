import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
import torch
from harness.training.memory import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
torch.manual_seed(0)
layer, inputs = torch.nn.Linear(4096, 4096), torch.rand(8, 4096)
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
for step in range(12):
    if step == 8:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    optimizer.zero_grad()
    layer(inputs).sum().backward()
    optimizer.step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc only")
def test_training_steps_reuse_their_memory() -> None:
    faults = {
        way: int(subprocess.run([sys.executable, "-c", FAULTS, way], capture_output=True, check=True).stdout)
        for way in ("keep", "give")
    }
    assert faults["keep"] < faults["give"] / 4
