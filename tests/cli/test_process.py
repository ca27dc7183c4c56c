"""What only a process shows: signals, pipes, the embedded server, psql."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sqlmig import __version__


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_run_where_it_is_safe(single, write, cli, connect, number):
    assert single("apply").status == 0
    write("sql/app/0003_slow", up="CREATE TABLE slow (a int);\nSELECT pg_sleep(60);\n")
    with cli.start("apply") as process:
        until_asleep(connect())
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 5
    assert "sqlmig: stopping: what is under way is rolled back or finished, nothing else is begun\n" in err
    assert "  state: the transaction was rolled back: nothing of this file is in the database\n" in err
    assert "  next: run `sqlmig apply --platform` to go on\n" in err
    assert out.startswith("0 of 1 target where it should be: nothing was done, ")
    assert connect().execute("SELECT to_regclass('app.slow')").fetchone() == (None,)


def test_a_signal_while_a_tenant_is_made_leaves_nothing_of_it(tenants, tmp_path, cli, connect):
    (tmp_path / "sql/lifecycle/seed.sql").write_text("SELECT pg_sleep(60);\n")
    with cli.start("tenant", "create", "initech") as process:
        until_asleep(connect())
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 5
    assert err.endswith(
        "sqlmig: error: tenant initech was not created: stopped on request\n"
        "  state: everything was rolled back: nothing of tenant initech is there\n"
        "  next: run `sqlmig tenant create initech` again\n"
    )
    assert connect().execute("SELECT to_regnamespace('tenant_initech')").fetchone() == (None,)


def test_a_reader_that_leaves_is_no_traceback(tenants, cli):
    with cli.start("status", "--format", "json") as process:
        assert process.stdout is not None
        process.stdout.close()
        process.wait(timeout=20)
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode in (0, 1)


def test_psql_gets_the_password_in_its_environment_and_not_in_its_arguments(single, role, cli):
    name, password, url = role()
    answer = cli("--database-url", url, "db", "psql", "-XAtc", "SELECT current_user")
    assert (answer.returncode, answer.stdout) == (0, f"{name}\n"), answer.stderr
    arguments = cli("--database-url", url, "db", "psql", "-XAtc", r"\! tr '\0' ' ' < /proc/$PPID/cmdline")
    assert "psql -XAtc " in arguments.stdout
    assert password not in arguments.stdout


def test_the_embedded_server_starts_answers_and_stops(cli):
    embedded = {"SQLMIG_DATABASE_URL": None}
    assert cli("init", "My Shop", env=embedded).returncode == 0
    here = cli.folder / "My Shop"
    try:
        started = cli("db", "start", cwd=here, env=embedded)
        assert started.stdout == f"PostgreSQL 18 runs in {here}/.sqlmig/postgres-18, database my_shop\n"
        url = cli("db", "url", cwd=here, env=embedded).stdout
        assert url.startswith("postgresql://postgres@/my_shop?host=")
        assert cli("apply", cwd=here, env=embedded).returncode == 0
        assert cli("tenant", "create", "acme", cwd=here, env=embedded).returncode == 0
        psql = cli("db", "psql", "-XAtc", "SELECT count(*) FROM tenant_acme.customer_list", cwd=here, env=embedded)
        assert psql.stdout == "1\n"
    finally:
        stopped = cli("db", "stop", cwd=here, env=embedded)
    assert stopped.stdout == "stopped\n"
    assert cli("db", "stop", cwd=here, env=embedded).stdout == "it was not running\n"


def test_db_start_is_for_embedded_environments(cli):
    assert cli("init").returncode == 0
    answer = cli("db", "start")
    assert answer.returncode == 2
    assert answer.stderr == (
        "sqlmig: error: environment local does not use the embedded PostgreSQL: its database_url is another"
        " (from SQLMIG_DATABASE_URL)\n"
        "  next: choose an environment that says `database_url: embedded`: sqlmig --env NAME db ...\n"
    )


@pytest.mark.parametrize("program", [["sqlmig"], None])
def test_the_version_is_told_by_script_and_module(cli, program):
    command = [Path(sys.executable).with_name("sqlmig")] if program else [sys.executable, "-m", "sqlmig"]
    answer = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout == f"sqlmig {__version__}\n"


def test_on_a_terminal_a_bar_moves_and_lines_stay(tenants, write, cli):
    write("sql/tenant/0003_more", up="SELECT 1;\n")
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "sqlmig", "apply"]
    environment = {**cli.environment({}), "TERM": "xterm"}
    answer = subprocess.run(
        command, cwd=cli.folder, env=environment, stdout=subprocess.PIPE, stderr=terminal, check=True
    )
    os.close(terminal)
    shown = read_all(controller)
    assert answer.stdout.startswith(b"3 of 3 targets where they should be: 2 steps, ")
    assert "2 of 2 done" in shown
    assert "tenant_acme  1 step  " in shown
    assert shown.endswith("\x1b[1A\x1b[2K"), "what moved is gone"
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is back"


def read_all(descriptor: int) -> str:
    """What was written to the other end of a terminal that is closed."""
    parts = []
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # Linux says so when nobody has the other end open
            part = b""
        if not part:
            os.close(descriptor)
            return b"".join(parts).decode()
        parts.append(part)


def until_asleep(connection) -> None:
    """Until a session of sqlmig is in pg_sleep."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    deadline = time.monotonic() + 20
    while connection.execute(query).fetchone() == (0,):
        assert time.monotonic() < deadline
        time.sleep(0.02)
