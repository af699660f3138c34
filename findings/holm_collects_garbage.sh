#!/usr/bin/env bash
# Every call of statsmodels' multipletests runs a full garbage collection of the whole process.
#
# Versions: statsmodels 0.15.0, numpy 2.4.6, scipy 1.17.1, Python 3.11.
#
# Correcting three p values is arithmetic on an array of three. multipletests ends with gc.collect() all the same,
# so a call costs as much as there are objects alive: in a process that has loaded torch, ray and mlflow tens of
# milliseconds, which is nothing in a report and most of the time in a simulation of thousands of families.
#
# Most expect: a cost that depends on the number of p values alone.
# Seen: 100 calls, at least 100 collections of the oldest generation.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet statsmodels==0.15.0 numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" - <<'PYTHON'
import gc

from statsmodels.stats.multitest import multipletests

full = 0


def count(phase: str, details: dict[str, int]) -> None:
    global full
    full += phase == "start" and details["generation"] == 2


gc.callbacks.append(count)
for _ in range(100):
    multipletests([0.01, 0.02, 0.2], method="holm")
print(f"100 calls, {full} collections of the oldest generation")
assert full >= 100
PYTHON
