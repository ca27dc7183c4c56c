"""Whatever is killed, whenever: the old tenant or the new one is whole, and an incomplete backup is known as such."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from backingup import made, until, waiting
from commandline import Cli
from shop import Shop
from sqlmig.admin import backups
from sqlmig.plan.backups import BackupState, Why

Connect = Callable[..., psycopg.Connection[Any]]


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def states(shop: Shop) -> list[BackupState]:
    return [row.state for row in backups.list_backups(shop.project())]


@pytest.fixture
def full(shop: Shop) -> Shop:
    shop.with_tenants("acme")
    shop.sql("INSERT INTO tenant_acme.deals SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, 20000) n")
    # Nothing in it makes a look at the catalog wait, so that pg_dump is the one that does.
    shop.sql("CREATE TABLE tenant_acme.plain (id int)")
    return shop


# --- a backup ---


def test_a_backup_whose_sqlmig_is_killed_is_interrupted_and_goes_with_prune(
    full: Shop, cli: Cli, connect: Connect
) -> None:
    blocker = connect(autocommit=False)
    blocker.execute("LOCK TABLE tenant_acme.plain IN ACCESS EXCLUSIVE MODE")
    process = cli.start("tenant", "backup", "acme")
    until(lambda: waiting(full, "pg_dump"), process)
    assert states(full) == [BackupState.RUNNING]
    kill(process)
    # pg_dump notices that nobody reads any more once it has its lock.
    blocker.rollback()
    until_gone(full)
    assert states(full) == [BackupState.INTERRUPTED]
    assert not list((full.folder / "backups").rglob("manifest.json"))
    refused = cli("tenant", "restore", "acme", "--from", backups.list_backups(full.project())[0].backup_id)
    assert refused.returncode == 1
    assert "was interrupted, and is not complete" in refused.stderr
    (one,) = backups.prune_backups(full.project())
    assert (one.error, one.prunable.why) == (None, Why.INTERRUPTED)
    assert not list((full.folder / "backups").rglob("*"))
    assert states(full) == [BackupState.PRUNED]


def test_a_backup_whose_pg_dump_is_killed_has_failed(full: Shop, cli: Cli, connect: Connect) -> None:
    blocker = connect(autocommit=False)
    blocker.execute("LOCK TABLE tenant_acme.plain IN ACCESS EXCLUSIVE MODE")
    process = cli.start("tenant", "backup", "acme")
    until(lambda: waiting(full, "pg_dump"), process)
    children = subprocess.run(["pgrep", "-P", str(process.pid), "pg_dump"], capture_output=True, text=True).stdout
    os.kill(int(children), signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    blocker.rollback()
    assert process.returncode == 3
    assert "the backup of tenant acme failed: pg_dump: pg_dump was killed by signal 9" in said
    assert states(full) == [BackupState.FAILED]
    assert not list((full.folder / "backups").rglob("manifest.json"))


def test_ctrl_c_stops_a_backup(full: Shop, cli: Cli, connect: Connect) -> None:
    blocker = connect(autocommit=False)
    blocker.execute("LOCK TABLE tenant_acme.plain IN ACCESS EXCLUSIVE MODE")
    process = cli.start("tenant", "backup", "acme")
    until(lambda: waiting(full, "pg_dump"), process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    blocker.rollback()
    assert process.returncode == 5
    assert "the backup of tenant acme was stopped on request" in said
    assert states(full) == [BackupState.FAILED]


def test_a_lock_that_nobody_lets_go_of_ends_a_backup(full: Shop, connect: Connect) -> None:
    full.write(
        {"sqlmig.yaml": (full.folder / "sqlmig.yaml").read_text().replace("workers: 2}", "lock_timeout: 200ms}")}
    )
    blocker = connect(autocommit=False)
    blocker.execute("LOCK TABLE tenant_acme.plain IN ACCESS EXCLUSIVE MODE")
    (one,) = backups.back_up_tenants(full.project(), ["acme"])
    blocker.rollback()
    assert "canceling statement due to statement timeout" in str(one.made)
    assert "raise backup.lock_timeout" in str(one.made)


# --- a restore ---


def at_the_rows(shop: Shop, connect: Connect) -> Callable[[], object]:
    """Stops the restore while it loads rows: a check on them waits for somebody."""
    blocker = connect()
    blocker.execute("SELECT pg_advisory_lock(42)")
    return lambda: blocker.execute("SELECT pg_advisory_unlock(42)")


def at_the_foreign_key(shop: Shop, connect: Connect) -> Callable[[], object]:
    """Stops it behind the rows: its foreign key waits for somebody who writes to the platform's table."""
    blocker = connect(autocommit=False)
    blocker.execute("LOCK TABLE core.tenants IN ROW EXCLUSIVE MODE")
    return blocker.rollback


def at_the_swap(shop: Shop, connect: Connect) -> Callable[[], object]:
    """Stops it at its end: somebody still writes to the old tables."""
    blocker = connect(autocommit=False)
    blocker.execute("UPDATE tenant_acme.deals SET title = 'late' WHERE id = 1")
    return blocker.rollback


MOMENTS = [at_the_rows, at_the_foreign_key, at_the_swap]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
def test_a_restore_that_is_killed_leaves_the_tenant_as_it_was(
    full: Shop, cli: Cli, connect: Connect, moment: Callable[..., Callable[[], object]]
) -> None:
    full.sql(
        "CREATE FUNCTION core.gate(int) RETURNS boolean LANGUAGE sql AS"
        " 'SELECT pg_advisory_xact_lock_shared(42) IS NOT NULL'"
    )
    full.sql("ALTER TABLE tenant_acme.deals ADD CONSTRAINT gate CHECK (core.gate(id))")
    full.sql("ALTER TABLE tenant_acme.deals ADD tenant int DEFAULT 1 REFERENCES core.tenants")
    backup = made(full.project(), "acme")
    full.sql("DELETE FROM tenant_acme.deals WHERE id > 3")
    patient = {"sqlmig.yaml": (full.folder / "sqlmig.yaml").read_text().replace("500ms", "60s")}
    full.write(patient)
    let_go = moment(full, connect)
    process = cli.start("tenant", "restore", "acme", "--from", backup.backup_id)
    until(lambda: waiting(full, "sqlmig (restore)"), process)
    kill(process)
    until_gone(full)
    let_go()
    assert full.one("SELECT count(*) FROM tenant_acme.deals") == 3
    assert schemas(full) == ["tenant_acme"]
    assert full.project().status().current
    assert full.one("SELECT count(*) FROM sqlmig.run WHERE finished_at IS NULL") == 0
    backups.restore(full.project(), "acme", backup=backup.backup_id)
    assert full.one("SELECT count(*) FROM tenant_acme.deals") == 20000


def test_ctrl_c_takes_a_restore_back(full: Shop, cli: Cli, connect: Connect) -> None:
    backup = made(full.project(), "acme")
    full.write({"sqlmig.yaml": (full.folder / "sqlmig.yaml").read_text().replace("500ms", "60s")})
    blocker = connect(autocommit=False)
    blocker.execute("UPDATE tenant_acme.deals SET title = 'late' WHERE id = 1")
    process = cli.start("tenant", "restore", "acme", "--from", backup.backup_id)
    until(lambda: waiting(full, "sqlmig (restore)"), process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    blocker.rollback()
    assert process.returncode == 5
    assert "the restore of tenant acme was stopped on request" in said
    assert "everything was rolled back: nothing was changed" in said
    assert schemas(full) == ["tenant_acme"]


def test_somebody_who_writes_too_long_ends_a_restore(full: Shop, cli: Cli, connect: Connect) -> None:
    backup = made(full.project(), "acme")
    blocker = connect(autocommit=False)
    blocker.execute("UPDATE tenant_acme.deals SET title = 'late' WHERE id = 1")
    said = cli("tenant", "restore", "acme", "--from", backup.backup_id)
    blocker.rollback()
    assert said.returncode == 4
    assert "somebody still writes to the tables that the restore replaces: pid " in said.stderr
    assert "idle in transaction" in said.stderr
    assert schemas(full) == ["tenant_acme"]


def test_a_server_that_ends_the_session_leaves_the_tenant_as_it_was(full: Shop, cli: Cli, connect: Connect) -> None:
    backup = made(full.project(), "acme")
    full.write({"sqlmig.yaml": (full.folder / "sqlmig.yaml").read_text().replace("500ms", "60s")})
    blocker = connect(autocommit=False)
    blocker.execute("UPDATE tenant_acme.deals SET title = 'late' WHERE id = 1")
    process = cli.start("tenant", "restore", "acme", "--from", backup.backup_id)
    until(lambda: waiting(full, "sqlmig (restore)"), process)
    full.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sqlmig (restore)'")
    _, said = process.communicate(timeout=60)
    blocker.rollback()
    assert process.returncode == 3
    assert "the restore of tenant acme failed" in said
    assert schemas(full) == ["tenant_acme"]


# --- looking, and removing ---


def test_a_request_to_stop_ends_the_reading_of_a_backup(full: Shop, cli: Cli) -> None:
    first, second = (made(full.project(), "acme") for _ in range(2))
    dump = full.folder / "backups" / first.folder / "dump.gz"
    beginning = dump.read_bytes()[:100]
    dump.unlink()
    os.mkfifo(dump)
    with cli.start("backup", "verify", second.backup_id, first.backup_id) as process, dump.open("wb") as pipe:
        # It reads now, and waits for the rest.
        pipe.write(beginning)
        pipe.flush()
        assert process.stderr is not None
        assert process.stdout is not None
        said: list[object] = []
        while not said:
            # Python hears of a signal that comes just before a read when that read ends, and this one does not.
            process.send_signal(signal.SIGTERM)
            said, _, _ = select.select([process.stderr], [], [], 0.5)
        assert process.stderr.readline().startswith("sqlmig: stopping: ")
        pipe.close()
        # What is read by lines is not given to communicate().
        told, out = process.stderr.read(), process.stdout.read()
    assert process.wait(timeout=60) == 5
    assert out == f"{second.backup_id} of acme: good, 6 entries\n"
    assert told.endswith(
        "sqlmig: error: stopped on request: 1 of 2 backups were read\n"
        "  state: nothing was changed\n"
        "  next: run the command again\n"
    )


def test_a_request_to_stop_lets_the_removal_of_one_backup_be_finished_and_begins_no_other(
    full: Shop, cli: Cli, connect: Connect
) -> None:
    backup_ids = [made(full.project(), "acme").backup_id for _ in range(3)]
    full.sql("UPDATE sqlmig.backup SET state = 'failed', finished_at = now()")
    full.sql(
        "CREATE FUNCTION core.gate() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END';"
        "CREATE TRIGGER gate BEFORE UPDATE ON sqlmig.backup FOR EACH ROW EXECUTE FUNCTION core.gate()"
    )
    blocker = connect()
    blocker.execute("SELECT pg_advisory_lock(42)")
    with cli.start("backup", "prune") as process:
        until(lambda: waiting(full, "sqlmig%"), process)
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        assert process.stderr.readline().startswith("sqlmig: stopping: ")
        blocker.execute("SELECT pg_advisory_unlock(42)")
        out, told = process.communicate(timeout=60)
    assert process.returncode == 5
    assert out == f"removed: {backup_ids[0]} of acme, failed\n"
    assert told == (
        "sqlmig: error: stopped on request: 1 of 3 backups were looked at\n"
        "  state: what is removed is recorded as such, the rest is there\n"
        "  next: run the command again\n"
    )
    assert states(full) == [BackupState.FAILED, BackupState.FAILED, BackupState.PRUNED]
    assert len(list((full.folder / "backups").rglob("manifest.json"))) == 2
    assert cli("backup", "prune").returncode == 0
    assert states(full) == [BackupState.PRUNED] * 3


def schemas(shop: Shop) -> list[object]:
    query = "SELECT nspname FROM pg_namespace WHERE nspname LIKE '%acme%' ORDER BY 1"
    return [row[0] for row in shop.sql(query)]


def until_gone(shop: Shop) -> None:
    """Waits until the server has noticed that a client is gone."""
    deadline = time.monotonic() + 60
    ours = "application_name LIKE 'sqlmig%' OR application_name = 'pg_dump'"
    while shop.one(f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND ({ours})"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
