"""What servers and their administrators limit: connections, time, space."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from faults import results
from faults.judging import as_after_a_clean_run, known_to_history, said_properly
from faults.project import clean_run, pending, write
from faults.runs import Place, run_meanwhile, wait_for_sessions_to_end
from faults.strikes import DURABLE, own_server
from servers import Server
from sessions import Connection, end_sessions_of_sqlmig

GROUP = "limits of the server"

# --- connections ---


@pytest.fixture(scope="module")
def narrow_server() -> Iterator[Server]:
    """A server with few connections, none of them kept for superusers."""
    few = {"max_connections": "14", "superuser_reserved_connections": "0"}
    with own_server({**DURABLE, **few}) as server:
        yield server


@pytest.fixture
def narrow_place(narrow_server: Server, tmp_path: Path) -> Iterator[Place]:
    folder = tmp_path / "project"
    with clean_run(narrow_server, tmp_path / "clean") as clean, pending(narrow_server, clean) as database:
        write(folder)
        yield Place(folder, database, clean, lambda: None)


@contextlib.contextmanager
def all_connections_taken(place: Place) -> Iterator[contextlib.ExitStack]:
    """No connection is to be had any more while the block lasts."""
    with contextlib.ExitStack() as taken:
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                taken.callback(place.connect().close)
        yield taken


def test_a_server_without_a_free_connection_stops_a_run_before_it_begins(narrow_place: Place) -> None:
    with (
        results.result("scenario", group=GROUP, name="max_connections is reached") as result,
        narrow_place.connect() as connection,
    ):
        with all_connections_taken(narrow_place):
            first = narrow_place.apply()
        said_properly(first)
        assert first.status == 2
        assert "too many clients" in first.stderr
        known_to_history(connection, narrow_place.clean)
        second = narrow_place.apply()
        assert second.status == 0, second.said
        as_after_a_clean_run(connection, narrow_place)
        result["verdict"] = f"{first}, nothing changed; rerun {second.status}"


def test_a_server_that_runs_out_of_connections_in_mid_run_leaves_nothing_half_done(narrow_place: Place) -> None:
    name = "max_connections is reached in mid-run"
    with results.result("scenario", group=GROUP, name=name) as result, narrow_place.connect() as connection:
        with contextlib.ExitStack() as taken:

            def take() -> None:
                """All that is free, and what becomes free when the run loses its connections."""
                taken.enter_context(all_connections_taken(narrow_place))
                end_sessions_of_sqlmig(connection)
                taken.enter_context(all_connections_taken(narrow_place))

            first = run_meanwhile(narrow_place, take)
        said_properly(first)
        wait_for_sessions_to_end(connection)
        known_to_history(connection, narrow_place.clean)
        second = narrow_place.apply()
        assert second.status == 0, second.said
        as_after_a_clean_run(connection, narrow_place)
        result["verdict"] = f"{first}; rerun {second.status}"


# --- what the administrator has set for the role ---
# Short of what a run needs, so that a run that goes by it fails.


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("statement_timeout", "150ms"),
        ("lock_timeout", "20ms"),
        ("idle_in_transaction_session_timeout", "20ms"),
        # Between two messages a run rests for up to a second.
        ("idle_session_timeout", "2s"),
        ("transaction_timeout", "150ms"),
        ("default_transaction_isolation", "serializable"),
        ("default_transaction_deferrable", "on"),
        ("search_path", "core"),
        ("synchronous_commit", "off"),
    ],
)
def test_what_is_set_for_the_role_does_not_decide_what_a_run_does(place: Place, setting: str, value: str) -> None:
    name = f"ALTER ROLE ... SET {setting} = '{value}'"
    with results.result("scenario", group=GROUP, name=name) as result, place.connect() as connection:
        if connection.execute("SELECT FROM pg_settings WHERE name = %s", (setting,)).fetchone() is None:
            pytest.skip(f"this server has no {setting}")
        with set_for_the_role(connection, setting, value):
            first = run_meanwhile(place, lambda: connection.execute("SELECT pg_sleep(0.3)"))
        said_properly(first)
        assert first.status == 0, first.said
        as_after_a_clean_run(connection, place)
        result["verdict"] = str(first)


def test_a_role_that_shall_only_read_is_refused_with_words_and_nothing_is_changed(place: Place) -> None:
    name = "ALTER ROLE ... SET default_transaction_read_only = on"
    with results.result("scenario", group=GROUP, name=name) as result, place.connect() as connection:
        with set_for_the_role(connection, "default_transaction_read_only", "on"):
            first = place.apply()
        assert first.status == 2, first.said
        assert "read-only transaction" in first.said
        assert "ALTER ROLE ... RESET default_transaction_read_only" in first.said
        known_to_history(connection, place.clean)
        second = place.apply()
        assert second.status == 0, second.said
        as_after_a_clean_run(connection, place)
        result["verdict"] = f"{first}; rerun {second.status}"


@contextlib.contextmanager
def set_for_the_role(connection: Connection, setting: str, value: str) -> Iterator[None]:
    """In this database only; tests run side by side."""
    database = connection.info.dbname
    change = sql.SQL("ALTER ROLE CURRENT_USER IN DATABASE {} ").format(sql.Identifier(database))
    name = sql.Identifier(setting)
    connection.execute(change + sql.SQL("SET {} = {}").format(name, sql.Literal(value)))
    try:
        yield
    finally:
        connection.execute(change + sql.SQL("RESET {}").format(name))
