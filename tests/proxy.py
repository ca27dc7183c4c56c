"""A proxy between sqlmig and the server that harms connections at the message that a test names.

It reads PostgreSQL's protocol message by message, so that a connection breaks at the same point each time: before a
message reaches the server, or after the server has done it and before the answer is heard.
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


class Link:
    """One connection of a client through the proxy. Its methods may be called from any thread."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.pid: int | None = None
        """The server process at its end; None until the server has told."""
        self._client = client
        self._server = server
        self._cut = False
        self._hung = threading.Event()
        self._gone = threading.Event()
        self._on_answer: Callable[[], None] | None = None
        self._answered = threading.Event()
        self._unheard = False

    def cut(self) -> None:
        """Breaks it; what is under way is lost both ways, and both sides learn that it is gone."""
        self._cut = True
        self._gone.set()
        for side in (self._client, self._server):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def hang(self) -> None:
        """Passes nothing on any more, not even that a side has closed; `cut` ends that."""
        self._hung.set()

    def lose_answer(self) -> None:
        """Called while an answer is held back: the client never gets it."""
        self._unheard = True

    def when_answered(self, act: Callable[[], None]) -> None:
        """Called before a message goes on: the answer to it is held back until `act` has returned."""
        self._answered.clear()
        self._on_answer = act

    def end(self) -> None:
        """Breaks it, once it does not hang any more."""
        with contextlib.suppress(EOFError):
            self._wait_while_hung()
        self.cut()

    def pass_messages(self, decide: Callable[[Link, str], Fate]) -> None:
        """The client's side, until one of them ends."""
        while True:
            kind, body = _message(self._client)
            self._wait_while_hung()
            text = _sql(kind, body)
            fate = decide(self, text) if text is not None else Fate.PASS
            if fate is Fate.UNHEARD:
                self.when_answered(self.cut)
            self._wait_while_hung()
            if fate is Fate.LOST or self._cut:
                return
            held = self._on_answer is not None
            self._server.sendall(kind + struct.pack("!i", len(body) + 4) + body)
            if held:
                # A client that has been killed may not take the message back.
                self._answered.wait()

    def pass_answers(self) -> None:
        """The server's side, until one of them ends."""
        held = bytearray()
        with contextlib.suppress(OSError, EOFError):
            while True:
                kind, body = _message(self._server)
                self._wait_while_hung()
                if kind == b"K":
                    self.pid = struct.unpack("!i", body[:4])[0]
                held += kind + struct.pack("!i", len(body) + 4) + body
                if self._on_answer is not None:
                    if kind != b"Z":
                        continue
                    self._act()
                self._wait_while_hung()
                if not (self._unheard or self._cut):
                    self._client.sendall(held)
                held.clear()
                self._unheard = False
        with contextlib.suppress(EOFError):
            self._wait_while_hung()
        self._answered.set()
        with contextlib.suppress(OSError):
            self._client.sendall(held)
            self._client.shutdown(socket.SHUT_RDWR)

    def _act(self) -> None:
        act, self._on_answer = self._on_answer, None
        if act is not None:
            act()
        self._answered.set()

    def _wait_while_hung(self) -> None:
        if self._hung.is_set():
            self._gone.wait()
            raise EOFError


class Proxy:
    """Listens on a port of its own; `rule` and `decide` may be changed while it runs."""

    def __init__(self, database: Database) -> None:
        self._server = conninfo_to_dict(database.url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.rule: Rule = lambda _text: Fate.PASS
        self.decide: Callable[[Link, str], Fate] = lambda _link, text: self.rule(text)
        """In place of `rule`, for tests that need to know which connection a message is of."""
        self.links: list[Link] = []
        """Every connection so far."""
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

    def cut(self) -> None:
        """Breaks all connections; new ones pass."""
        for link in list(self.links):
            link.cut()

    def hang(self) -> None:
        """No connection passes anything on any more; new ones pass."""
        for link in list(self.links):
            link.hang()

    def close(self) -> None:
        """Stop listening, and break what is still there."""
        self._ended = True
        self._listening.join()
        self._listener.close()
        self.cut()

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
            link = Link(client, server)
            self.links.append(link)
            answers = threading.Thread(target=link.pass_answers, daemon=True)
            answers.start()
            try:
                link.pass_messages(lambda link, text: self.decide(link, text))
            finally:
                link.end()
                answers.join()

    def _connect(self) -> socket.socket:
        host, port = str(self._server["host"]), int(self._server.get("port") or 5432)
        if host.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(f"{host}/.s.PGSQL.{port}")
            except OSError:
                server.close()
                raise
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
