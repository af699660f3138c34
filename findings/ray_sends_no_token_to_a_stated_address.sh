#!/usr/bin/env bash
# Since Ray 2.60 a local cluster asks for a token by default, which Ray writes into ~/.ray/auth_token. A driver of the
# same user, with that token beside it, joins the cluster when it finds it by itself ("auto"), and not when the very
# same cluster is named by its address: then no token is sent, and after some 20 s the error speaks of the network.
#
# Versions: ray 2.60.0, Python 3.11.
#
# Most expect: an address that is stated works at least as well as one that is found; or an error about a token.
# Seen: auto: joined; HOST:PORT: ConnectionError, "Failed to connect to Ray cluster", no word of a token in it;
#       HOST:PORT with RAY_AUTH_MODE=token: joined
set -euo pipefail
folder=$(mktemp -d /tmp/rXXXX)
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'ray==2.60.0'
cd "$folder"
export HOME=$folder RAY_TMPDIR=$folder
unset RAY_ADDRESS RAY_AUTH_MODE RAY_AUTH_TOKEN RAY_AUTH_TOKEN_PATH
cat >head.py <<'PYTHON'
import time

import ray

print(ray.init(address="local", include_dashboard=False, num_cpus=1).address_info["gcs_address"], flush=True)
time.sleep(600)
PYTHON
cat >join.py <<'PYTHON'
import sys

import ray

try:
    ray.init(address=sys.argv[1], log_to_driver=False)
    print("joined")
except ConnectionError as error:
    print(f"{type(error).__name__}: {error}")
PYTHON
venv/bin/python head.py >address 2>head.log &
head=$!
trap 'kill $head 2>/dev/null; sleep 3; rm -rf "$folder"' EXIT
for _ in $(seq 120); do [ -s address ] && break; sleep 1; done
address=$(cat address)
found=$(venv/bin/python join.py auto 2>/dev/null)
stated=$(venv/bin/python join.py "$address" 2>/dev/null)
told=$(RAY_AUTH_MODE=token venv/bin/python join.py "$address" 2>/dev/null)
test -s .ray/auth_token
printf 'auto: %s\nHOST:PORT: %s\nHOST:PORT with RAY_AUTH_MODE=token: %s\n' "$found" "${stated//$address/HOST:PORT}" "$told"
[ "$found" = joined ] && [ "$told" = joined ]
case $stated in *token*) exit 1 ;; "ConnectionError: Failed to connect to Ray cluster at "*) ;; *) exit 1 ;; esac
