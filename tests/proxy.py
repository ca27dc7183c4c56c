"""A proxy between sqlmig and the server that cuts connections at the message that a test names.

It reads the client's side of PostgreSQL's protocol, message by message, so that a connection breaks at the same point
each time: before a message reaches the server, or after the server has done it and before the answer is heard.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from enum import Enum
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from servers import Database


class Fate(Enum):
    """What becomes of one message of the client, and of its connection."""

    PASS = "pass"
    LOST = "lost"
    """The connection breaks before the message reaches the server."""
    UNHEARD = "unheard"
    """The server has done all of it; the connection breaks before the answer reaches the client."""


Rule = Callable[[str], Fate]
"""Decides by the SQL of a message, with PARSE before it when it is only parsed; called before the message goes on."""

_STARTUP_PACKETS_REFUSED = {80877103, 80877104}  # SSLRequest, GSSENCRequest
_CANCEL_REQUEST = 80877102


class Proxy:
    """Listens on a port of its own; `rule` may be changed while it runs."""

    def __init__(self, database: Database) -> None:
        self._server = conninfo_to_dict(database.url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.rule: Rule = lambda _text: Fate.PASS
        self.closed = False
        """Set it, and new connections are refused as by a server that is down."""
        # Closing a socket does not wake the thread that listens on it: it looks by itself whether to go on.
        self._listener.settimeout(0.05)
        self._ended = False
        self._listening = threading.Thread(target=self._accept, daemon=True)
        self._listening.start()

    @property
    def url(self) -> str:
        """The database through the proxy."""
        user, password = self._server.get("user") or "", self._server.get("password")
        login = quote(str(user), safe="") + (f":{quote(str(password), safe='')}" if password else "")
        return f"postgresql://{login}@127.0.0.1:{self._listener.getsockname()[1]}/{self._server['dbname']}"

    def close(self) -> None:
        """Stop listening."""
        self._ended = True
        self._listening.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._ended:
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.closed:
                client.close()
            else:
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), client, self._connect() as server:
            code, packet = _startup_packet(client)
            while code in _STARTUP_PACKETS_REFUSED:
                client.sendall(b"N")
                code, packet = _startup_packet(client)
            server.sendall(packet)
            if code == _CANCEL_REQUEST:
                server.recv(1)
                return
            unheard = threading.Event()
            answers = threading.Thread(target=_pass_answers, args=(server, client, unheard), daemon=True)
            answers.start()
            try:
                self._pass_messages(client, server, unheard, answers)
            finally:
                for side in (client, server):
                    with contextlib.suppress(OSError):
                        side.shutdown(socket.SHUT_RDWR)

    def _pass_messages(
        self, client: socket.socket, server: socket.socket, unheard: threading.Event, answers: threading.Thread
    ) -> None:
        while True:
            kind, body = _message(client)
            text = _sql(kind, body)
            fate = self.rule(text) if text is not None else Fate.PASS
            if fate is Fate.LOST:
                return
            if fate is Fate.UNHEARD:
                unheard.set()
            server.sendall(kind + struct.pack("!i", len(body) + 4) + body)
            if fate is Fate.UNHEARD:
                answers.join()
                return

    def _connect(self) -> socket.socket:
        host, port = str(self._server["host"]), int(self._server.get("port") or 5432)
        if host.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{host}/.s.PGSQL.{port}")
            return server
        return socket.create_connection((host, port))


@contextlib.contextmanager
def proxy_in_front_of(database: Database) -> Iterator[Proxy]:
    """A proxy that passes everything on until it gets a rule."""
    proxy = Proxy(database)
    try:
        yield proxy
    finally:
        proxy.close()


def _sql(kind: bytes, body: bytes) -> str | None:
    if kind == b"P":
        return f"PARSE {body.split(bytes(1))[1].decode()}"
    return body.rstrip(b"\0").decode() if kind == b"Q" else None


def _pass_answers(server: socket.socket, client: socket.socket, unheard: threading.Event) -> None:
    with contextlib.suppress(OSError, EOFError):
        while True:
            kind, body = _message(server)
            if not unheard.is_set():
                client.sendall(kind + struct.pack("!i", len(body) + 4) + body)
            elif kind == b"Z":
                return
    with contextlib.suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


def _startup_packet(client: socket.socket) -> tuple[int, bytes]:
    head = _exactly(client, 8)
    length, code = struct.unpack("!ii", head)
    return code, head + _exactly(client, length - 8)


def _message(side: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(side, 5)
    return head[:1], _exactly(side, struct.unpack("!i", head[1:])[0] - 4)


def _exactly(side: socket.socket, length: int) -> bytes:
    read = bytearray()
    while len(read) < length:
        part = side.recv(length - len(read))
        if not part:
            raise EOFError
        read += part
    return bytes(read)
