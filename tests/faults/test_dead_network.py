"""The network between sqlmig and the server goes dead: no byte, no refusal, no FIN. TCP itself has to notice."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from faults import results
from faults.judging import as_after_a_clean_run, known_to_history, said_properly
from faults.runs import HoldUp, Place, started, wait_for_sessions_to_end
from faults.steps import Step
from servers import Database

GROUP = "the server and the network"

QUICK = "?keepalives_idle=1&keepalives_interval=1&keepalives_count=2&tcp_user_timeout=3000&connect_timeout=2"
"""What people may ask of libpq: to notice within seconds instead of a minute."""
PATIENCE = 240

_RELAY = """
import sys
sys.path.insert(0, sys.argv[1])
from proxy import proxy_in_front_of
from servers import Database, Server
with proxy_in_front_of(Database(Server(sys.argv[2], 0, True, None), sys.argv[3])) as proxy:
    print(proxy.url, flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class Network:
    """A network of its own in which sqlmig reaches the server through a relay."""

    holder: int
    url: str

    @property
    def inside(self) -> tuple[str, ...]:
        """The command that runs another in it."""
        return ("nsenter", "-t", str(self.holder), "--net")

    def die(self) -> None:
        """From now on every packet is dropped, without a word."""
        subprocess.run([*self.inside, "iptables", "-A", "INPUT", "-j", "DROP"], check=True, capture_output=True)


@contextlib.contextmanager
def network(database: Database) -> Iterator[Network]:
    """Only the loopback device is in it; the relay reaches the server by its unix socket, which no network has."""
    with contextlib.ExitStack() as stack:
        make = "ip link set lo up && iptables -L >/dev/null && echo up && exec sleep infinity"
        holder = _process(stack, "unshare", "--net", "sh", "-c", make)
        if _line(holder) != "up":
            pytest.skip("no network namespace with iptables may be made here (needs root)")
        inside = ("nsenter", "-t", str(holder.pid), "--net")
        tests = str(Path(__file__).parents[1])
        relay = _process(stack, *inside, sys.executable, "-c", _RELAY, tests, database.server.url, database.name)
        yield Network(holder.pid, _line(relay))


def _process(stack: contextlib.ExitStack, *command: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    stack.callback(process.communicate)
    stack.callback(process.kill)
    return process


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "nsenter", "ip", "iptables"))),
    reason="a network that can be cut off takes root, unshare, nsenter, ip and iptables",
)
def test_a_client_in_a_dead_network_notices_by_itself(place: Place) -> None:
    if "host=" not in place.database.url:
        pytest.skip("the relay reaches servers by their unix socket only")
    with results.result("scenario", group=GROUP, name="the network goes dead") as result, place.connect() as connection:
        with (
            network(place.database) as net,
            HoldUp(place, Step.IN_FILE) as hold_up,
            started(place.folder, net.url + QUICK, *net.inside) as run,
        ):
            hold_up.wait(run)
            net.die()
            run.struck()
            first = run.end(PATIENCE)
        said_properly(first)
        assert first.status == 3, first.said
        wait_for_sessions_to_end(connection)
        known_to_history(connection, place.clean)
        second = place.apply()
        assert second.status == 0, second.said
        as_after_a_clean_run(connection, place)
        result["verdict"] = f"noticed by itself, {first} after {first.seconds:.0f} s; rerun {second.status}"
