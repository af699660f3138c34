#!/usr/bin/env bash
# What a Ray Tune trial reports does not arrive as it was sent: nested mappings are joined by slashes, and an empty
# one is gone without a word.
#
# Versions: ray 2.60.0, Python 3.11.
#
# A trainable reports {"event": {"epoch": 1, "artifacts": {}, "epochs": [{}]}}. A scheduler (as a callback and the
# final result) sees "event/epoch", and "event/epochs" with the empty mapping within its list untouched, but no
# "event", and of "artifacts" there is no trace: a reader that rebuilds the event by its fields ends in a KeyError
# on the first trial that has nothing to attach.
#
# Most expect: the mapping that was reported, or at least a key for every one that was.
# Seen: event/epoch 1, event/epochs [{}], neither "event" nor "event/artifacts"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'ray[tune]==2.60.0'
cd "$folder"
cat >tune_once.py <<'PYTHON'
from ray import tune
from ray.tune.schedulers import FIFOScheduler

seen = {}


class Watching(FIFOScheduler):
    def on_trial_result(self, tune_controller, trial, result):
        seen.update(result)
        return FIFOScheduler.CONTINUE


def train(config):
    tune.report({"event": {"epoch": 1, "artifacts": {}, "epochs": [{}]}})


tune.Tuner(
    train,
    tune_config=tune.TuneConfig(scheduler=Watching()),
    run_config=tune.RunConfig(storage_path=f"{__import__('os').getcwd()}/results", verbose=0),
).fit()
ours = {name: value for name, value in seen.items() if name.startswith("event")}
print(ours)
assert ours == {"event/epoch": 1, "event/epochs": [{}]}
PYTHON
HOME=$folder RAY_AIR_NEW_OUTPUT=0 venv/bin/python tune_once.py 2>tune.log || { tail tune.log; exit 1; }
