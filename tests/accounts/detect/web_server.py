"""An HTTPS server on a free loopback port: for each host name it has pages, and it remembers what was asked for."""

from __future__ import annotations

import http.server
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Page:
    """What is answered."""

    body: bytes = b""
    status: int = 200
    location: str = ""


@dataclass
class WebServer:
    """A context manager. A page's name is ``host/path``, without query; other pages are missing (404)."""

    context: ssl.SSLContext
    pages: dict[str, Page]
    asked: list[str] = field(default_factory=list)
    """``host/path?query`` of each request, in order."""

    def __enter__(self) -> WebServer:
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the library's own name
                host = self.headers["Host"].partition(":")[0]
                outer.asked.append(host + self.path)
                page = outer.pages.get(host + self.path.partition("?")[0], Page(status=404))
                self.send_response(page.status)
                if page.location:
                    self.send_header("Location", page.location)
                self.send_header("Content-Length", str(len(page.body)))
                self.end_headers()
                self.wfile.write(page.body)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """A caller who hangs up, or trusts us not, is no fault of the server's."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.socket = self.context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @property
    def port(self) -> int:
        port: int = self._server.server_address[1]
        return port
