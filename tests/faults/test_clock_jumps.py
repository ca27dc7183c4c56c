"""The wall clock of the client, or of the server, jumps in mid-run: nothing that decides goes by it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults import results
from faults.judging import as_after_a_clean_run, said_properly
from faults.project import clean_run, pending, write
from faults.runs import Place, run_meanwhile
from faults.strikes import own_server

GROUP = "clocks"

JUMPS = pytest.mark.parametrize("jump", ["+2h", "-2h"])


@pytest.fixture(scope="module")
def libfaketime() -> Path:
    """What gives a process another clock; its monotonic clock stays what it is, as that of a real machine does."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("libfaketime is not installed (Debian: apt-get install faketime)")
    return found[0]


def clock(library: Path, file: Path) -> dict[str, str]:
    """The environment of a process whose clock differs from the machine's by what the file says."""
    set_clock(file, "+0")
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def set_clock(file: Path, difference: str) -> None:
    """Moves the clock; a process never reads half of it."""
    unfinished = file.with_suffix(".new")
    unfinished.write_text(f"{difference}\n")
    unfinished.chmod(0o644)
    unfinished.rename(file)


@JUMPS
def test_a_jump_of_the_client_s_clock_changes_nothing(
    place: Place, tmp_path: Path, libfaketime: Path, jump: str
) -> None:
    file = tmp_path / "clock"
    with results.result("scenario", group=GROUP, name=f"the client's clock jumps by {jump}") as result:
        first = run_meanwhile(place, lambda: set_clock(file, jump), **clock(libfaketime, file))
        said_properly(first)
        assert first.status == 0, first.said
        with place.connect() as connection:
            as_after_a_clean_run(connection, place)
        result["verdict"] = str(first)


@pytest.fixture
def jumpy_place(libfaketime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Place, Path]]:
    """On a server whose clock is set by a file."""
    with pytest.MonkeyPatch.context() as patched:
        folder = Path(os.environ["SQLMIG_TEST_SESSION"])
        file = folder / f"clock-{os.getpid()}"
        for name, value in clock(libfaketime, file).items():
            patched.setenv(name, value)
        folder.chmod(folder.stat().st_mode | 0o011)
        server_started = own_server()
        server = server_started.__enter__()
    try:
        with clean_run(server, tmp_path / "clean") as clean, pending(server, clean) as database:
            write(tmp_path / "project")
            yield Place(tmp_path / "project", database, clean, lambda: None), file
    finally:
        server_started.__exit__(None, None, None)


@JUMPS
def test_a_jump_of_the_server_s_clock_changes_nothing(jumpy_place: tuple[Place, Path], jump: str) -> None:
    place, file = jumpy_place
    with (
        results.result("scenario", group=GROUP, name=f"the server's clock jumps by {jump}") as result,
        place.connect() as connection,
    ):
        now = "SELECT extract(epoch FROM clock_timestamp())::bigint"
        before = connection.execute(now).fetchone()
        first = run_meanwhile(place, lambda: set_clock(file, jump))
        said_properly(first)
        after = connection.execute(now).fetchone()
        assert before is not None
        assert after is not None
        assert abs(after[0] - before[0]) > 3600, "the server's clock has not jumped"
        assert first.status == 0, first.said
        as_after_a_clean_run(connection, place)
        result["verdict"] = str(first)
