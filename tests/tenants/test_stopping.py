"""Ctrl-C and SIGTERM at a command that changes a tenant: all of it or nothing, exit status 5, and what to do next."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence

import pytest

from commandline import Cli
from shop import Shop
from sqlmig.admin import lifecycle
from sqlmig.db.locks import key_of, shared_key
from sqlmig.plan.tenantstates import TenantState
from tenantlife import AT_THE_GATE, GATE, blocked_on_the_gate, living, state, until
from tenantlife import FILES as LIFE

TRIES = (
    "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_try_adv%' AND pid <> pg_backend_pid()"
    " AND datname = current_database()"
)


@pytest.mark.parametrize(
    ("file", "arguments", "sent"),
    [
        ("suspend", ["suspend", "acme", "--reason", "unpaid"], signal.SIGINT),
        ("activate", ["activate", "globex"], signal.SIGHUP),
        ("rename", ["rename", "acme", "umbrella"], signal.SIGTERM),
        ("deprovision", ["drop", "acme", "--yes-drop", "acme", "--no-backup"], signal.SIGTERM),
    ],
    ids=["suspend", "activate", "rename", "drop"],
)
def test_a_change_that_is_stopped_is_rolled_back(
    shop: Shop, cli: Cli, file: str, arguments: Sequence[str], sent: signal.Signals
) -> None:
    living(shop, "acme", "globex")
    lifecycle.suspend(shop.project(), "globex", reason="unpaid")
    path = f"sql/lifecycle/{file}.sql"
    shop.write({path: AT_THE_GATE + LIFE[path]})
    before = shop.sql("SELECT * FROM core.tenants ORDER BY id")
    shop.sql("SELECT pg_advisory_lock(%s)", GATE)
    with cli.start("tenant", *arguments, "--format", "json") as process:
        blocked_on_the_gate(shop)
        process.send_signal(sent)
        out, told = process.communicate(timeout=20)
    said = json.loads(out)
    assert (process.returncode, said["kind"], said["state"]) == (5, "interrupted", "its transaction was rolled back")
    [problem] = said["problems"]
    assert problem["message"] == f"{arguments[0]} of tenant {arguments[1]} was stopped on request"
    assert problem["next"] == "run the command again"
    assert told.startswith("sqlmig: stopping: ")
    assert shop.sql("SELECT * FROM core.tenants ORDER BY id") == before
    assert (state(shop, "acme"), state(shop, "globex")) == (None, TenantState.SUSPENDED.value)
    assert shop.tables("tenant_acme") == ["deals"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["hold", "acme", "--at", "1", "--reason", "audit"],
        ["undrop", "globex"],
        ["restore", "acme", "--from", "2"],
        ["backup", "acme"],
        ["create", "initech"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_waiting_for_a_run_ends_when_it_is_stopped(shop: Shop, cli: Cli, arguments: Sequence[str]) -> None:
    living(shop, "acme", "globex")
    settings = LIFE["sqlmig.yaml"].replace("lock_wait: 2s", "lock_wait: 10min") + "backup: {url: backups}\n"
    shop.write({"sqlmig.yaml": settings})
    assert cli("tenant", "backup", "acme").returncode == 0
    lifecycle.drop(shop.project(), "globex", backup=None)
    # As if runs held the platform and the tenant.
    for key in (shared_key("sqlmig"), key_of("sqlmig", "target", "1")):
        shop.sql("SELECT pg_advisory_lock(%s)", key)
    # The command before may have ended, and its session not yet.
    until(lambda: shop.sql(TRIES) == [])
    with cli.start("tenant", *arguments) as process:
        until(lambda: shop.sql(TRIES) != [])
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=20)
    assert process.returncode == 5, told
    assert "stopped on request while " in told


def test_a_creation_that_fails_is_killed_while_it_writes_that_down_and_leaves_no_run_behind(
    shop: Shop, cli: Cli
) -> None:
    living(shop, "acme")
    shop.sql(
        "CREATE FUNCTION core.wait() RETURNS trigger LANGUAGE plpgsql AS"
        f" 'BEGIN PERFORM pg_advisory_xact_lock({GATE}); RETURN NEW; END';"
        "CREATE TRIGGER wait BEFORE UPDATE ON sqlmig.run FOR EACH ROW EXECUTE FUNCTION core.wait()"
    )
    shop.write({"sql/lifecycle/seed.sql": "SELECT 1 / 0;\n"})
    shop.sql("SELECT pg_advisory_lock(%s)", GATE)
    with cli.start("tenant", "create", "globex") as process:
        blocked_on_the_gate(shop)
        process.kill()
    shop.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'sqlmig%'")
    until(lambda: shop.sql("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'sqlmig%'") == [])
    assert shop.project().verify().clean
