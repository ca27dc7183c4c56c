"""The fixtures keep what they promise: tests do not see each other, and nothing stays behind."""

from __future__ import annotations

import psycopg
import pytest

import servers


@pytest.mark.parametrize("visit", ["first", "second"])
def test_a_table_of_one_test_is_not_there_in_the_next(connect, visit):
    connect().execute("CREATE TABLE only_once (n int)")


def test_a_database_and_its_roles_are_gone_after_the_test_even_when_in_use(server):
    with servers.fresh_database(server) as database:
        name, _, url = servers.create_role(database, "CREATEDB")
        with psycopg.connect(database.url, autocommit=True) as owner:
            owner.execute(f"CREATE SCHEMA kept AUTHORIZATION {name}")
        left_open = psycopg.connect(url)
        left_open.execute("CREATE TABLE kept.t (n int)")
    left_open.close()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT FROM pg_database WHERE datname = %s", [database.name]).fetchone() is None
        assert connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).fetchone() is None


def test_a_role_is_asked_for_its_password(role, database_url):
    made = role()
    with psycopg.connect(made.url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (made.name,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(servers.with_login(database_url, made.name, "not it"))


def test_pgbouncer_hands_one_server_connection_to_several_clients(pgbouncer):
    with (
        psycopg.connect(pgbouncer, autocommit=True) as one,
        psycopg.connect(pgbouncer, autocommit=True) as other,
    ):
        pids = {c.execute("SELECT pg_backend_pid()").fetchone() for c in (one, other, one)}
    assert len(pids) == 1


def test_project_files_are_written_byte_for_byte(project):
    folder = project({"sql/a.up.sql": "SELECT 1;\r\nSELECT 'ü';\n", "b.bin": b"\xef\xbb\xbfx"})
    assert (folder / "sql/a.up.sql").read_bytes() == b"SELECT 1;\r\nSELECT '\xc3\xbc';\n"
    assert (folder / "b.bin").read_bytes() == b"\xef\xbb\xbfx"


def test_the_command_line_sees_the_database_of_the_test_and_no_other(monkeypatch, cli):
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("SQLMIG_ENV", "production")
    environment = cli.environment({"EXTRA": "1", "HOME": None})
    assert environment["SQLMIG_DATABASE_URL"] == cli.database_url
    assert environment["EXTRA"] == "1"
    assert not {"PGHOST", "SQLMIG_ENV", "HOME"} & environment.keys()
