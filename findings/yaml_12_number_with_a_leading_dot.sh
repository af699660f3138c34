#!/usr/bin/env bash
# A learning rate written .5e3 is text to ruamel.yaml, though YAML 1.2 says that it is a number.
#
# Versions: ruamel.yaml 0.19.1, PyYAML 6.0.3, Python 3.11.
#
# YAML 1.2's core schema (section 10.3.2) makes a float of [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) and an
# optional exponent ( [eE] [-+]? [0-9]+ ): the sign of an exponent may be left out, with and without digits before
# the dot. ruamel.yaml, which reads YAML 1.2, follows that for 5e3 and 0.5e3, but after a leading dot it demands
# the sign. PyYAML (YAML 1.1) reads none of the three as numbers.
#
# Most expect: 500.0 from .5e3, as from 0.5e3 and .5e+3.
# Seen:
#     5e3 -> 5000.0   0.5e3 -> 500.0   .5e+3 -> 500.0   .5e3 -> '.5e3'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ruamel.yaml==0.19.1 PyYAML==6.0.3
"$folder/venv/bin/python" - <<'PYTHON'
import yaml
from ruamel.yaml import YAML

reader = YAML(typ="safe", pure=True)
read = {text: reader.load(text) for text in ("5e3", "0.5e3", ".5e+3", ".5e3")}
print(read)
assert read == {"5e3": 5000.0, "0.5e3": 500.0, ".5e+3": 500.0, ".5e3": ".5e3"}
assert [yaml.safe_load(text) for text in ("5e3", "0.5e3", ".5e3")] == ["5e3", "0.5e3", ".5e3"]
PYTHON
