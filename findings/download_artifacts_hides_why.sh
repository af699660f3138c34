#!/usr/bin/env bash
# A tracking server that fails for a moment is told by MLflow's client as an artifact that does not exist.
#
# Versions: mlflow 3.17.2, Python 3.11.
#
# A run with an artifact lies on a real tracking server, behind a proxy that can answer 500 to every request for
# artifacts, as a server does whose disk or bucket is away. Through it, list_artifacts raises the error as it came.
# download_artifacts catches whatever its parts raise and reports RESOURCE_DOES_NOT_EXIST with the advice to check
# the path: a program that tells "gone for good" from "try again" by the error code takes an outage for a loss.
#
# Most expect: the same error code from both calls, and none that says the file is not there.
# Seen:
#     list_artifacts      INTERNAL_ERROR
#     download_artifacts  RESOURCE_DOES_NOT_EXIST
set -euo pipefail
folder=$(mktemp -d)
trap 'kill -- -$server 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet mlflow==3.17.2
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false MLFLOW_HTTP_REQUEST_MAX_RETRIES=0 MLFLOW_DISABLE_TELEMETRY=true
setsid venv/bin/mlflow server --host 127.0.0.1 --port "$port" --workers 1 \
    --backend-store-uri "sqlite:///$folder/store.db" --artifacts-destination "$folder/artifacts" >server.log 2>&1 &
server=$!
until curl --silent --fail "http://127.0.0.1:$port/health" >health 2>&1; do sleep 1; done
cat >client.py <<'PYTHON'
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

away = threading.Event()


class Proxy(BaseHTTPRequestHandler):
    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if away.is_set() and "artifacts" in self.path:
            return self.reply(500, b"the disk of the artifacts is away")
        kept = {name: self.headers[name] for name in ("Content-Type", "Accept") if name in self.headers}
        request = urllib.request.Request(sys.argv[1] + self.path, body or None, kept, method=self.command)
        try:
            with urllib.request.urlopen(request) as answer:
                return self.reply(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            return self.reply(error.code, error.read())

    do_GET = do_POST = do_PUT = forward

    def reply(self, status, content):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
client = MlflowClient(f"http://127.0.0.1:{proxy.server_port}")
experiment = client.create_experiment("e", artifact_location="mlflow-artifacts:/e")
import mlflow

mlflow.set_tracking_uri(f"http://127.0.0.1:{proxy.server_port}")
run = client.create_run(experiment).info.run_id
client.log_text(run, "kept", "note.txt")
with open(client.download_artifacts(run, "note.txt")) as file:
    assert file.read() == "kept"
away.set()
seen = {}
for call, arguments in ((client.list_artifacts, [run]), (client.download_artifacts, [run, "note.txt"])):
    try:
        call(*arguments)
    except MlflowException as error:
        seen[call.__name__] = error.error_code
print(seen)
assert seen == {"list_artifacts": "INTERNAL_ERROR", "download_artifacts": "RESOURCE_DOES_NOT_EXIST"}
PYTHON
venv/bin/python client.py "http://127.0.0.1:$port" 2>client.log || { tail -20 client.log; exit 1; }
