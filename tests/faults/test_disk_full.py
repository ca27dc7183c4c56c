"""The server's disk is full in mid-run: the run stops, and the next one goes on once there is room."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import servers
from faults import results
from faults.judging import as_after_a_clean_run, known_to_history, said_properly
from faults.project import clean_run, give_up_early, pending, write
from faults.runs import Place
from faults.strikes import DURABLE, kill_server, programs
from servers import Server
from sqlmig import embedded
from sqlmig.embedded_owner import system_user

GROUP = "limits of the server"

BIG = {
    "sql/tenant/0006_big.up.sql": """\
CREATE TABLE big (id int PRIMARY KEY, body text NOT NULL) TABLESPACE small;
INSERT INTO big SELECT n, repeat('x', 1000) FROM generate_series(1, 1500) AS n;
""",
    "sql/tenant/0006_big.down.sql": "DROP TABLE big;\n",
}
"""Each tenant gets 2 MB on the small disk."""


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system of a few megabytes, which only processes in its own mount namespace see."""

    holder: int
    """A process that lives in the namespace, and keeps it."""
    folder: Path
    """Its mount point."""

    def inside(self, *command: str) -> None:
        """Runs a program there."""
        subprocess.run(["nsenter", "-t", str(self.holder), "-m", *command], check=True, capture_output=True)

    def fill(self, *, but: int) -> None:
        """Leaves so many bytes of it."""
        free = shutil.disk_usage(self._seen).free
        (self._seen / "ballast").write_bytes(bytes(free - but))

    def empty(self) -> None:
        """Gives back what was filled."""
        (self._seen / "ballast").unlink()

    @property
    def _seen(self) -> Path:
        return Path(f"/proc/{self.holder}/root{self.folder}")


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[SmallDisk]:
    """Mounts one on a folder; nobody outside of the namespace sees it, and it goes when the block ends."""
    owner = system_user()
    mount = f"mount -t tmpfs -o size={size},mode=700,uid={owner.pw_uid},gid={owner.pw_gid} small {folder}"
    holder = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", f"{mount} && echo mounted && exec sleep infinity"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert holder.stdout is not None
        if holder.stdout.readline() != "mounted\n":
            pytest.skip("no file system may be mounted here, not even in a mount namespace (needs root)")
        yield SmallDisk(holder.pid, folder)
    finally:
        holder.kill()
        holder.communicate()


@pytest.fixture(autouse=True)
def needs_root() -> None:
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "nsenter"))):
        pytest.skip("a small file system takes root, unshare and nsenter")


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that the server's user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="disk-", dir=os.environ[servers.SESSION_FOLDER]))
    (folder / "small").mkdir()
    yield folder
    shutil.rmtree(folder)


LOGGED = {**DURABLE, "wal_level": "replica"}
"""Whatever is written to a table stands in the write-ahead log too."""


def start_inside(disk: SmallDisk, data: Path) -> Server:
    """Starts the server where it sees the small disk."""
    code = (
        "import sys; from pathlib import Path; from sqlmig import embedded;"
        "source = embedded.installation_in(Path(sys.argv[1]));"
        f"embedded.start_from(source, Path(sys.argv[2]), settings={LOGGED!r})"
    )
    disk.inside(sys.executable, "-c", code, str(programs().programs), str(data))
    started = embedded.running(data)
    assert started is not None
    return Server(started.url, started.version, True, data)


def test_a_full_disk_stops_the_run_and_the_next_one_goes_on_once_there_is_room(base: Path, tmp_path: Path) -> None:
    with (
        results.result("scenario", group=GROUP, name="the disk of a tablespace is full") as result,
        contextlib.ExitStack() as stack,
    ):
        disk = stack.enter_context(small_disk(base / "small", "32m"))
        stack.callback(embedded.stop, base / "data")
        server = start_inside(disk, base / "data")
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{disk.folder}'".encode())
        clean = stack.enter_context(clean_run(server, tmp_path / "clean", BIG))
        database = stack.enter_context(pending(server, clean))
        write(tmp_path / "project", BIG)
        place = Place(tmp_path / "project", database, clean, lambda: None)
        disk.fill(but=5 * 1024 * 1024)
        with place.connect() as connection:
            first = place.apply()
            said_properly(first)
            assert first.status == 3, first.said
            assert "No space left on device" in first.stderr
            known_to_history(connection, clean)
            disk.empty()
            second = place.apply()
            assert second.status == 0, second.said
            as_after_a_clean_run(connection, place)
        result["verdict"] = f"{first}, the rest is not begun; with room again, rerun {second.status}"


@pytest.mark.slow
def test_a_full_disk_of_the_log_takes_the_server_down_and_nothing_is_half_done(base: Path, tmp_path: Path) -> None:
    more = {name: text.replace(" TABLESPACE small", "").replace("1500", "20000") for name, text in BIG.items()}
    name = "the disk of the write-ahead log is full"
    with results.result("scenario", group=GROUP, name=name) as result, contextlib.ExitStack() as stack:
        data = base / "data"
        # Made where nothing is small yet; its log is moved to the small disk.
        embedded.start_from(programs(), data, settings=DURABLE)
        embedded.stop(data)
        disk = stack.enter_context(small_disk(base / "small", "160m"))
        disk.inside("cp", "-a", f"{data}/pg_wal/.", str(disk.folder))
        disk.inside("mount", "--bind", str(disk.folder), f"{data}/pg_wal")
        stack.callback(embedded.stop, data)
        server = start_inside(disk, data)
        clean = stack.enter_context(clean_run(server, tmp_path / "clean", more))
        database = stack.enter_context(pending(server, clean))
        write(tmp_path / "project", more)
        give_up_early(tmp_path / "project")
        place = Place(tmp_path / "project", database, clean, lambda: None)
        disk.fill(but=1024 * 1024)
        first = place.apply()
        said_properly(first)
        assert first.status not in (0, 5), first.said
        disk.empty()
        # It may be up, or about to go down once more, or gone.
        with contextlib.suppress(AssertionError, ProcessLookupError):
            kill_server(data)
        start_inside(disk, data)
        with place.connect() as connection:
            known_to_history(connection, clean)
            second = place.apply()
            assert second.status == 0, second.said
            as_after_a_clean_run(connection, place)
        result["verdict"] = f"the server goes down, {first}; with room again, rerun {second.status}"
