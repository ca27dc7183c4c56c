"""Suspended and taken back: what is recorded, what the project's files do, and what every other command makes of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from commandline import Cli
from shop import Shop
from sqlmig.admin import lifecycle
from sqlmig.db.locks import key_of
from sqlmig.errors import ConfigError, LockNotObtained, MigrationFailed, Refused
from sqlmig.plan.results import Outcome
from sqlmig.plan.tenantstates import Answer, KnownTenant, TenantState, Verb, find, may, together
from sqlmig.project.model import Tenant
from tenantlife import by_schema, living, state

ACME = Tenant("7", "acme", "tenant_acme")


@pytest.mark.parametrize(
    ("verb", "now", "wanted"),
    [
        (Verb.SUSPEND, TenantState.ACTIVE, Answer.YES),
        (Verb.SUSPEND, TenantState.SUSPENDED, Answer.ALREADY),
        (Verb.SUSPEND, TenantState.DROPPING, Answer.NO),
        (Verb.ACTIVATE, TenantState.SUSPENDED, Answer.YES),
        (Verb.ACTIVATE, TenantState.ACTIVE, Answer.ALREADY),
        (Verb.ACTIVATE, TenantState.DROPPED, Answer.NO),
        (Verb.HOLD, TenantState.SUSPENDED, Answer.YES),
        (Verb.RENAME, TenantState.SUSPENDED, Answer.YES),
        (Verb.RENAME, TenantState.PURGING, Answer.NO),
        (Verb.DROP, TenantState.ACTIVE, Answer.YES),
        (Verb.DROP, TenantState.DROPPING, Answer.ALREADY),
        (Verb.DROP, TenantState.PURGING, Answer.NO),
        (Verb.UNDROP, TenantState.DROPPING, Answer.YES),
        (Verb.UNDROP, TenantState.ACTIVE, Answer.NO),
        (Verb.UNDROP, TenantState.PURGING, Answer.NO),
        (Verb.PURGE, TenantState.DROPPING, Answer.YES),
        (Verb.PURGE, TenantState.PURGING, Answer.YES),
        (Verb.PURGE, TenantState.SUSPENDED, Answer.NO),
        (Verb.PURGE, TenantState.DROPPED, Answer.NO),
    ],
)
def test_what_may_be_done_in_which_state(verb: Verb, now: TenantState, wanted: Answer) -> None:
    assert may(verb, KnownTenant(ACME, now)).answer is wanted


def test_one_that_the_registry_has_left_out_may_be_activated_though_nobody_suspended_it() -> None:
    assert may(Verb.ACTIVATE, KnownTenant(ACME, listed=False)).answer is Answer.YES


def test_registry_and_history_together_know_every_tenant() -> None:
    row = KnownTenant(Tenant("8", "globex", "tenant_globex"), TenantState.SUSPENDED, listed=False)
    gone = KnownTenant(Tenant("7", "acme", "_old"), TenantState.DROPPED, listed=False)
    known = together([ACME], [row, gone], {"7": "tenant_acme", "8": "tenant_globex", "9": "tenant_initech"})
    assert [(one.label, one.state.value, one.listed) for one in known] == [
        ("acme", "active", True),
        ("globex", "suspended", False),
        ("tenant_initech", "active", False),
    ]


def test_a_name_means_the_living_unless_something_is_brought_back() -> None:
    alive = KnownTenant(Tenant("9", "acme", "tenant_acme"))
    away = KnownTenant(Tenant("7", "acme", "_dropped_1"), TenantState.DROPPING, former="tenant_acme")
    assert find([alive, away], "acme") == (alive,)
    assert find([alive, away], "tenant_acme") == (alive,)
    assert find([alive, away], "acme", Verb.UNDROP) == (away,)
    assert find([alive, away], "7") == (away,)


def test_suspended_and_taken_back(shop: Shop) -> None:
    living(shop, "acme", "globex")
    changed = lifecycle.suspend(shop.project(), "acme", reason="unpaid")
    assert (changed.answer, changed.hook) == (Answer.YES, "sql/lifecycle/suspend.sql")
    assert shop.one("SELECT active FROM core.tenants WHERE slug = 'acme'") is False
    assert (state(shop, "acme"), changed.after.listed) == ("suspended", False)
    assert lifecycle.suspend(shop.project(), "acme", reason="twice").answer is Answer.ALREADY

    shop.pair("tenant", "0002_note", "CREATE TABLE note (id int);\n")
    shop.apply()
    assert shop.versions("tenant_acme") == [1], "this registry leaves out who is suspended"

    changed = lifecycle.activate(shop.project(), "acme")
    assert (changed.after.state, changed.after.listed, changed.behind) == (TenantState.ACTIVE, True, 1)
    assert shop.apply("tenant_acme").outcome is Outcome.DONE
    assert shop.versions("tenant_acme") == [1, 2]
    assert shop.sql("SELECT action, reason FROM sqlmig.log WHERE version IS NULL AND name = '' ORDER BY id") == [
        ("suspend", "unpaid"),
        ("activate", None),
    ]


def test_a_suspended_tenant_that_the_registry_gives_is_migrated_on(shop: Shop) -> None:
    living(shop, "acme")
    shop.write({"sql/lifecycle/suspend.sql": "UPDATE core.tenants SET tier = 'none' WHERE id = {{ tenant.id }};\n"})
    lifecycle.suspend(shop.project(), "acme", reason="unpaid")
    shop.pair("tenant", "0002_note", "CREATE TABLE note (id int);\n")
    shop.apply()
    assert shop.versions("tenant_acme") == [1, 2]


def test_without_files_the_state_alone_is_recorded(shop: Shop) -> None:
    by_schema(shop, "tenant_acme")
    changed = lifecycle.suspend(shop.project(), "tenant_acme", reason="unpaid")
    assert (changed.hook, state(shop, "tenant_acme")) == (None, "suspended")
    assert lifecycle.activate(shop.project(), "tenant_acme").after.state is TenantState.ACTIVE


@pytest.mark.parametrize("command", ["suspend", "activate"])
def test_a_file_that_fails_leaves_the_tenant_as_it_was(shop: Shop, command: str) -> None:
    living(shop, "acme")
    if command == "activate":
        lifecycle.suspend(shop.project(), "acme", reason="unpaid")
    before = shop.sql("SELECT * FROM sqlmig.tenant"), shop.sql("SELECT * FROM core.tenants")
    shop.write({f"sql/lifecycle/{command}.sql": "UPDATE core.tenants SET tier = 'x';\nSELECT nonsense;\n"})
    calls: dict[str, Callable[[], object]] = {
        "suspend": lambda: lifecycle.suspend(shop.project(), "acme", reason="unpaid"),
        "activate": lambda: lifecycle.activate(shop.project(), "acme"),
    }
    with pytest.raises(MigrationFailed) as caught:
        calls[command]()
    assert str(caught.value.place).startswith(f"sql/lifecycle/{command}.sql:2:8")
    assert caught.value.message == f'{command} of tenant acme failed: column "nonsense" does not exist'
    assert caught.value.state == "everything was rolled back: the tenant is as it was"
    assert (shop.sql("SELECT * FROM sqlmig.tenant"), shop.sql("SELECT * FROM core.tenants")) == before
    assert shop.one("SELECT count(*) FROM sqlmig.run WHERE finished_at IS NULL") == 0


def test_activated_the_registry_has_to_give_it(shop: Shop) -> None:
    living(shop, "acme")
    lifecycle.suspend(shop.project(), "acme", reason="unpaid")
    shop.write({"sql/lifecycle/activate.sql": "SELECT 1;\n"})
    with pytest.raises(ConfigError) as caught:
        lifecycle.activate(shop.project(), "acme")
    assert caught.value.message == "the registry does not give tenant acme, and so no run would ever come to it"
    assert "let sql/lifecycle/activate.sql change its row" in str(caught.value)
    assert state(shop, "acme") == "suspended"


def test_a_dropped_tenant_is_neither_suspended_nor_activated(shop: Shop) -> None:
    living(shop, "acme")
    lifecycle.drop(shop.project(), "acme", backup=None)
    calls: list[Callable[[], object]] = [
        lambda: lifecycle.suspend(shop.project(), "acme", reason="x"),
        lambda: lifecycle.activate(shop.project(), "acme"),
    ]
    for call in calls:
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.message.startswith("tenant acme was dropped; its schema is now _dropped_")
        assert caught.value.next == "`sqlmig tenant undrop acme` brings it back"


def test_nothing_is_changed_while_a_run_holds_the_tenant(shop: Shop) -> None:
    living(shop, "acme")
    key = key_of("sqlmig", "target", str(shop.one("SELECT id FROM core.tenants")))
    shop.sql("SELECT pg_advisory_lock(%s)", key)
    began = time.monotonic()
    with pytest.raises(LockNotObtained) as caught:
        lifecycle.suspend(shop.project(), "acme", reason="unpaid")
    assert time.monotonic() - began >= 2, "lock_wait is 2s"
    assert caught.value.message.startswith("another run holds tenant_acme")
    assert state(shop, "acme") is None


def test_of_two_at_once_one_suspends_and_the_other_finds_it_done(shop: Shop) -> None:
    living(shop, "acme")
    found: list[Answer] = []

    def suspend() -> None:
        found.append(lifecycle.suspend(shop.project(), "acme", reason="unpaid").answer)

    threads = [threading.Thread(target=suspend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.value for answer in found) == ["already", "yes"]
    assert shop.one("SELECT count(*) FROM sqlmig.log WHERE action = 'suspend'") == 1


def test_the_command_line_tells_what_became_of_it(shop: Shop, cli: Cli) -> None:
    living(shop, "acme")
    said = cli("tenant", "suspend", "acme", "--reason", "unpaid since May")
    assert (said.returncode, said.stdout) == (
        0,
        "tenant acme is suspended: unpaid since May\n  ran sql/lifecycle/suspend.sql\n",
    )
    shop.pair("tenant", "0002_note", "CREATE TABLE note (id int);\n")
    said = cli("tenant", "activate", "acme")
    assert said.stdout == (
        "tenant acme is active\n  ran sql/lifecycle/activate.sql\n"
        "  1 step behind; to bring it up: sqlmig apply --schema tenant_acme\n"
    )
    said = cli("tenant", "hold", "acme", "--at", "1")
    assert (said.returncode, said.stderr.splitlines()[0]) == (
        2,
        "sqlmig: error: hold --at needs a reason: it stands in every plan and status",
    )
    said = cli("tenant", "hold", "acme", "--at", "1", "--reason", "audit")
    assert said.stdout == "tenant acme is held at 0001: audit (track tenant)\n"
    said = cli("tenant", "hold", "acme")
    assert said.returncode == 2
    assert "hold needs either --at VERSION or --release" in said.stderr
