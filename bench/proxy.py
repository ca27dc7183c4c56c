"""A proxy in front of a server's socket. It counts round trips, and can make each of them as slow as a network's.

A round trip is counted when the client speaks after it was answered. The proxy is a process of its own: in the
client's, each would take the interpreter from the other.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit


@contextlib.contextmanager
def between(url: str, *, seconds: float = 0.0) -> Iterator[tuple[str, Synchronized[int]]]:
    """The same database through the proxy, and the number of round trips so far.

    Args:
        url: names the server by the folder of its unix socket, as the embedded server's URL does.
        seconds: what is added to each round trip.
    """
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    name = f".s.PGSQL.{options['port']}"
    processes = multiprocessing.get_context("spawn")
    trips = processes.Value("Q", 0)
    with tempfile.TemporaryDirectory(prefix="sqlmig-bench-") as folder:
        door, server = str(Path(folder, name)), str(Path(options["host"], name))
        process = processes.Process(target=_serve, args=(door, server, trips, seconds), daemon=True)
        process.start()
        try:
            _wait_for(door)
            yield parts._replace(query=urlencode({**options, "host": folder})).geturl(), trips
        finally:
            process.terminate()
            process.join()


def _wait_for(door: str) -> None:
    for _ in range(500):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(door)
            return
        time.sleep(0.02)
    raise RuntimeError("the proxy did not start")


def _serve(door: str, server: str, trips: Synchronized[int], seconds: float) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(door)
        listening.listen()
        while True:
            client, _ = listening.accept()
            upstream = socket.socket(socket.AF_UNIX)
            upstream.connect(server)
            _Connection(client, upstream, trips, seconds).start()


class _Connection:
    """One client's connection; both directions are copied, each by a thread."""

    def __init__(self, client: socket.socket, upstream: socket.socket, trips: Synchronized[int], wait: float) -> None:
        self._client = client
        self._upstream = upstream
        self._trips = trips
        self._wait = wait
        self._answered = True

    def start(self) -> None:
        threading.Thread(target=self._up, daemon=True).start()
        threading.Thread(target=self._down, daemon=True).start()

    def _up(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._client.recv(65536):
                if self._answered:
                    self._answered = False
                    with self._trips.get_lock():
                        self._trips.value += 1
                    time.sleep(self._wait)
                self._upstream.sendall(data)
        self._hang_up()

    def _down(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._upstream.recv(65536):
                self._answered = True
                self._client.sendall(data)
        self._hang_up()

    def _hang_up(self) -> None:
        for end in (self._client, self._upstream):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
