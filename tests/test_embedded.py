"""The embedded server: started, joined, killed, stopped, in folders of every kind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from sqlmig import embedded
from sqlmig.embedded_owner import system_user
from sqlmig.errors import UsageError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    yield folder
    embedded.stop(folder)


@pytest.fixture(scope="module")
def shared():
    with embedded.temporary() as server:
        yield server


def ask(url, *statements):
    """The first value of the last statement's answer."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            answer = connection.execute(statement)
        return answer.fetchone()[0]


def in_other_processes(code, *arguments, count=1):
    """Run the code in that many Python processes at once; what each printed."""
    command = [sys.executable, "-c", f"import sys, pathlib\nfrom sqlmig import embedded\n{code}", *map(str, arguments)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    outputs = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0] * count
    return outputs


START = "print(embedded.start(pathlib.Path(sys.argv[1])).pid)"


def test_a_server_outlives_the_process_that_started_it_and_is_joined(data):
    [pid] = in_other_processes(START, data)
    server = embedded.start(data)
    assert server.pid == int(pid)
    assert embedded.running(data) == server
    assert ask(server.url, "SHOW server_version_num").startswith("18")


def test_processes_that_start_it_at_once_share_one_server(data):
    assert len(set(in_other_processes(START, data, count=3))) == 1


def test_stop_ends_open_sessions_and_says_whether_there_was_a_server(data):
    assert embedded.stop(data) is False
    server = embedded.start(data)
    with psycopg.connect(server.url) as session:
        assert embedded.stop(data) is True
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    assert embedded.running(data) is None
    assert embedded.stop(data) is False


def test_data_survives_a_stop_and_a_kill(data):
    server = embedded.start(data)
    ask(server.url, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT n FROM kept")
    embedded.stop(data)
    server = embedded.start(data)
    assert ask(server.url, "SHOW fsync") == "on"
    ask(server.url, "UPDATE kept SET n = 8 RETURNING n")
    sessions = [psycopg.connect(server.url) for _ in range(20)]
    os.kill(server.pid, signal.SIGKILL)
    while embedded.running(data):
        time.sleep(0.01)
    for session in sessions:
        session.close()
    assert (data / "postmaster.pid").exists()
    assert ask(embedded.start(data).url, "SELECT n FROM kept") == 8


def test_a_pid_file_that_names_a_process_of_somebody_else_does_not_keep_it_from_starting(data):
    embedded.start(data)
    embedded.stop(data)
    with subprocess.Popen(["sleep", "60"], user=data.stat().st_uid if os.geteuid() == 0 else None) as bystander:
        (data / "postmaster.pid").write_text(f"{bystander.pid}\n{data}\n1700000000\n5432\n{data}\n\n\nready\n")
        assert embedded.running(data) is None
        assert embedded.start(data).pid != bystander.pid
        assert bystander.poll() is None
        bystander.kill()


def test_a_data_folder_left_half_made_is_made_again(data):
    unfinished = data.with_name("data.new")
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    assert ask(embedded.start(data).url, "SELECT 1") == 1
    assert not unfinished.exists()


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_a_folder_of_another_version_is_refused(data, state):
    embedded.start(data, version=16)
    if state == "stopped":
        embedded.stop(data)
    with pytest.raises(UsageError) as refusal:
        embedded.start(data)
    assert str(refusal.value) == (
        f"{data} holds the data of PostgreSQL 16, and 18 was asked for\n"
        "  next: Ask for version 16, or name another folder."
    )
    assert embedded.start(data, version=16).version == 16


def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(data):
    data.mkdir()
    (data / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError) as refusal:
        embedded.start(data)
    assert str(refusal.value) == (
        f"{data} is not empty and holds no PostgreSQL data\n  next: Name another folder, or empty this one."
    )
    assert [file.name for file in data.iterdir()] == ["thesis.txt"]


def test_a_folder_that_cannot_be_made_is_an_error_of_ours(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"the PostgreSQL data folder .*/file/data cannot be used: .*File exists"):
        embedded.start(tmp_path / "file" / "data")


@pytest.mark.parametrize("name", ["two words", "quo'te", 'dou"ble', "do$llar`s`", "Geschäft", "back\\slash", "a,b"])
def test_a_folder_may_have_any_name(tmp_path, name):
    data = tmp_path / name / "data"
    try:
        assert ask(embedded.start(data).url, "SHOW data_directory") == str(data)
    finally:
        embedded.stop(data)


def test_a_path_too_long_for_a_socket_gets_its_socket_elsewhere(tmp_path):
    data = tmp_path / ("long" * 30) / "data"
    server = embedded.start(data)
    try:
        assert str(data) not in server.url
        assert ask(server.url, "SHOW data_directory") == str(data)
        folder = Path(ask(server.url, "SHOW unix_socket_directories"))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        embedded.stop(data)
    assert not folder.exists()


def test_a_temporary_folder_too_long_for_a_socket_is_named(tmp_path, monkeypatch):
    long = tmp_path / ("long" * 30)
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with pytest.raises(UsageError, match="is too long for the socket of a PostgreSQL server, and so is") as refusal:
        embedded.start(long / "data")
    assert refusal.value.next == "Set TMPDIR to a folder with a shorter path, such as /tmp."


def test_a_temporary_server_is_fast_and_leaves_nothing_behind():
    with embedded.temporary(version=16) as server:
        assert server.version == 16
        assert ask(server.url, "SHOW fsync") == "off"
    assert not server.data.parent.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url)


def test_a_server_that_does_not_come_up_says_why_and_where_to_read_on(data):
    broken = embedded.THROW_AWAY | {"shared_preload_libraries": "no_such_library"}
    with pytest.raises(embedded.ConnectionFailed) as failure:
        embedded.start_from(embedded.installation(), data, settings=broken)
    assert str(failure.value) == (
        f"PostgreSQL could not be started in {data}: "
        'could not access file "no_such_library": No such file or directory\n'
        f"  next: Read {data / 'server.log'}."
    )


def test_settings_of_the_callers_environment_do_not_count(data, monkeypatch):
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGHOST", "nowhere.example")
    assert ask(embedded.start(data).url, "SELECT 1") == 1


def test_the_server_has_what_migrations_of_many_schemas_need(shared):
    assert ask(shared.url, "SHOW lc_messages") == "C"
    assert ask(shared.url, "SHOW timezone") == "UTC"
    assert ask(shared.url, "SHOW listen_addresses") == ""
    assert int(ask(shared.url, "SHOW max_locks_per_transaction")) >= 256
    assert ask(shared.url, "SELECT upper('é')") == "É"
    assert ask(shared.url, "SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'") == 1


def test_statement_statistics_are_loaded_where_the_installation_has_them(server):
    if server.data is None:
        pytest.skip("not a server of this session's own")
    has_them = ask(server.url, "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_stat_statements'")
    assert ("pg_stat_statements" in ask(server.url, "SHOW shared_preload_libraries")) == bool(has_them)


def test_a_database_of_any_name_has_a_url(shared):
    name = "Deals & döts/100%"
    ask(shared.url, f'CREATE DATABASE "{name}"', "SELECT 1")
    assert ask(embedded.database_url(shared, name), "SELECT current_database()") == name


def test_the_client_programs_run(shared):
    answer = subprocess.run(
        [embedded.program("psql"), "-Atc", "SELECT 1 + 1", shared.url], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "2\n"
    for name in ("pg_dump", "pgbench"):
        subprocess.run([embedded.program(name), "--version"], capture_output=True, check=True)


def test_an_unknown_program_is_named():
    with pytest.raises(UsageError, match="the embedded PostgreSQL 18 has no program 'pgadmin'"):
        embedded.program("pgadmin")


def test_an_unknown_version_names_the_known_ones():
    with pytest.raises(UsageError) as refusal:
        embedded.installation(15)
    assert str(refusal.value) == (
        "there is no embedded PostgreSQL 15\n  next: Take 16 or 18, or give the URL of a server of your own."
    )


def test_without_the_extra_the_error_says_what_to_install():
    source = Path(embedded.__file__).parents[1]
    code = f"""
import sys
sys.path.append({str(source)!r})
from sqlmig import embedded
try:
    embedded.program("psql")
except embedded.UsageError as error:
    print(error)
"""
    # -S leaves site-packages out: a Python that has the standard library only.
    answer = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == (
        "the embedded PostgreSQL is not installed\n"
        "  next: Run: pip install 'sqlmig[embedded]', or give the URL of a server of your own.\n"
    )


def test_a_folder_without_a_server_program_is_no_installation(tmp_path):
    with pytest.raises(UsageError, match=r"holds no PostgreSQL server that runs: .*No such file or directory"):
        embedded.installation_in(tmp_path)


@as_root
def test_root_opens_the_way_to_the_data_and_not_one_right_more(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    data = private / "data"
    server = embedded.start(data)
    try:
        assert ask(server.url, "SELECT 1") == 1
        assert stat.S_IMODE(private.stat().st_mode) == 0o701
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert data.stat().st_uid == system_user().pw_uid
    finally:
        embedded.stop(data)


@as_root
def test_a_server_of_another_user_is_an_error_of_ours(shared):
    stranger = next(n for n in (65534, 65533) if n != shared.data.stat().st_uid)
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setuid(stranger)
        try:
            embedded.running(shared.data)
        except UsageError as error:
            os._exit(0 if "cannot be used: [Errno 13] Permission denied" in str(error) else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
