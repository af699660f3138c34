"""An HTTP server in front of a tracking server: passes requests on, or answers with errors of its own."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import requests

from harness.tracking.store import Store

_HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "content-encoding", "date", "server"}
_OWN = ("Host", "Authorization")


class Front:
    """Answers on a port of its own.

    Args:
        port: of the tracking server behind it; None if there is none.

    Attributes:
        before: asked with a request's headers and its ``:path``; returns the status to answer with at once,
            or 0 to pass it on.
        after: the same, once the server behind has done what was asked.
        asked: when a request came, in seconds.
    """

    def __init__(self, port: int | None = None) -> None:
        self.before: Callable[[dict[str, str]], int] = lambda headers: 0
        self.after: Callable[[dict[str, str]], int] = lambda headers: 0
        self.asked: list[float] = []
        self._behind = f"http://127.0.0.1:{port}"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def store(self) -> Store:
        return Store(f"http://127.0.0.1:{self._server.server_address[1]}", "sdl", None)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        front = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                front.asked.append(time.monotonic())
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {**dict(self.headers.items()), ":path": self.path}
                if status := front.before(headers):
                    return self.fail(status)
                own = {name: value for name, value in self.headers.items() if name not in _OWN}
                given = requests.request(
                    self.command, front._behind + self.path, data=body, headers=own, timeout=60
                )
                if status := front.after(headers):
                    return self.fail(status)
                self.send_response(given.status_code)
                for name, value in given.headers.items():
                    if name.lower() not in _HOP_BY_HOP:
                        self.send_header(name, value)
                return self.end(given.content)

            def fail(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "text/plain")
                self.end(b"the front says no")

            def end(self, content: bytes) -> None:
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.answer)
        return Handler
