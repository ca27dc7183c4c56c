"""A dropped tenant: away at once, back while there is time, gone in pieces; whole or gone whatever is killed."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from commandline import Cli
from shop import FILES as SHOP
from shop import Shop
from sqlmig import embedded
from sqlmig.admin import lifecycle
from sqlmig.db.context import Stop
from sqlmig.errors import ConfigError, Interrupted, LockNotObtained, MigrationFailed, ProjectError, Refused, UsageError
from sqlmig.plan.budget import LockTable
from sqlmig.plan.results import Outcome
from sqlmig.plan.tenantdrop import Piece, dropped_name, first_piece, lock_budget
from sqlmig.plan.tenantstates import Answer, TenantState
from sqlmig.project.model import Tenant
from tenantlife import AT_THE_GATE, FILES, GATE, blocked_on_the_gate, by_schema, living, state, until


def schemas(shop: Shop, pattern: str = "%acme%") -> list[object]:
    return [row[0] for row in shop.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE %s ORDER BY 1", pattern)]


def table(name: str, locks: int = 5) -> Piece:
    return Piece("TABLE", name, locks)


@pytest.mark.parametrize(
    ("left", "budget", "wanted"),
    [
        ([table("a"), table("b"), table("c")], 10, ["a", "b"]),
        ([table("a", 99), table("b")], 10, ["a"]),
        ([Piece("VIEW", "v", 2), table("a")], 10, ["v"]),
        ([table(str(n), 1) for n in range(80)], 1000, [str(n) for n in range(50)]),
        ([], 10, []),
    ],
    ids=["what-fits", "one-in-any-case", "one-kind", "fifty", "nothing"],
)
def test_what_one_transaction_drops(left: list[Piece], budget: int, wanted: list[str]) -> None:
    assert [piece.identity for piece in first_piece(left, budget)] == wanted


def test_half_of_what_others_leave_of_the_lock_table() -> None:
    assert lock_budget(LockTable(10, 20, 0, 50)) == 75
    assert lock_budget(LockTable(10, 20, 0, 500)) == 1


def test_the_name_of_a_dropped_schema_is_never_cut_by_the_server() -> None:
    assert dropped_name("tenant_acme", "91f6152f-ded8") == "_dropped_91f6152f_tenant_acme"
    assert len(dropped_name("ü" * 31, "91f6152f").encode()) <= 63


def test_dropped_it_is_out_of_the_registry_and_its_data_are_there(shop: Shop) -> None:
    living(shop, "acme", "globex")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'first')")
    changed = lifecycle.drop(shop.project(), "acme", backup=None, reason="left us")
    [away] = schemas(shop)
    assert re.fullmatch(r"_dropped_[0-9a-f]{8}_tenant_acme", str(away))
    assert shop.one(f'SELECT title FROM "{away}".deals') == "first"
    assert (changed.after.state, changed.after.former, changed.hook) == (
        TenantState.DROPPING,
        "tenant_acme",
        "sql/lifecycle/deprovision.sql",
    )
    assert shop.one("SELECT drop_after - changed_at BETWEEN '6 days 23 h' AND '7 days' FROM sqlmig.tenant") is True
    assert [tenant.slug for tenant in shop.project().tenants()] == ["globex"]
    shop.pair("tenant", "0002_note", "CREATE TABLE note (id int);\n")
    assert shop.apply().outcome is Outcome.DONE, "nobody misses it"
    assert shop.project().status().current
    assert lifecycle.drop(shop.project(), "acme", backup=None).answer is Answer.ALREADY


def test_brought_back_it_is_as_it_was(shop: Shop) -> None:
    living(shop, "acme")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'first')")
    lifecycle.hold(shop.project(), "acme", at=1, reason="audit")
    lifecycle.drop(shop.project(), "acme", backup=None)
    changed = lifecycle.undrop(shop.project(), "acme")
    assert (changed.after.tenant.id, changed.after.tenant.schema, changed.after.listed) == ("1", "tenant_acme", True)
    assert (schemas(shop), state(shop, "acme")) == (["tenant_acme"], "active")
    assert shop.one("SELECT title FROM tenant_acme.deals") == "first"
    assert shop.versions("tenant_acme") == [1]
    assert changed.after.holds["tenant"].reason == "audit"
    assert shop.apply().run_id is None


def test_suspended_before_it_comes_back_suspended(shop: Shop) -> None:
    living(shop, "acme")
    lifecycle.suspend(shop.project(), "acme", reason="unpaid")
    lifecycle.drop(shop.project(), "acme", backup=None)
    shop.write({"sql/lifecycle/undrop.sql": "SELECT 1;\n"})
    with pytest.raises(ConfigError):
        lifecycle.undrop(shop.project(), "acme")
    shop.write({"sql/lifecycle/undrop.sql": FILES["sql/lifecycle/undrop.sql"]})
    assert lifecycle.undrop(shop.project(), "acme").after.state is TenantState.SUSPENDED


def test_without_ids_another_tenant_may_take_on_the_name(shop: Shop) -> None:
    by_schema(shop, "tenant_acme", "tenant_globex")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'first')")
    lifecycle.drop(shop.project(), "tenant_acme", backup=None)
    shop.sql("CREATE SCHEMA tenant_acme")
    shop.apply()
    assert shop.versions("tenant_acme") == [1], "the new one began with nothing"
    with pytest.raises(Refused) as caught:
        lifecycle.undrop(shop.project(), "tenant_acme")
    assert caught.value.message == "schema tenant_acme is there already, so tenant tenant_acme cannot have it back"
    shop.sql("INSERT INTO tenant_acme.deals VALUES (2, 'of the new one')")
    lifecycle.drop(shop.project(), "tenant_acme", backup=None, keep="0")
    newer = [one for one in lifecycle.known_tenants(shop.project()) if one.former == "tenant_acme"]
    assert len(newer) == 2, "two of the same name were dropped"
    with pytest.raises(UsageError, match="'tenant_acme' may be any of several tenants"):
        lifecycle.undrop(shop.project(), "tenant_acme")
    lifecycle.purge(shop.project())
    lifecycle.undrop(shop.project(), "tenant_acme")
    assert shop.one("SELECT title FROM tenant_acme.deals") == "first"
    assert shop.project().status().current


def test_a_tenant_of_a_list_is_taken_out_of_the_list_first(shop: Shop) -> None:
    listed = SHOP["sqlmig.yaml"].replace(
        "query: SELECT id, slug, schema_name AS schema, tier FROM core.tenants ORDER BY id",
        "list: [{slug: acme, schema: tenant_acme}, {slug: globex, schema: tenant_globex}]",
    )
    shop.write({"sqlmig.yaml": listed})
    shop.sql("CREATE SCHEMA tenant_acme")
    shop.sql("CREATE SCHEMA tenant_globex")
    shop.apply()
    with pytest.raises(Refused) as caught:
        lifecycle.drop(shop.project(), "acme", backup=None)
    assert caught.value.next == "take it out of `tenants.list`, then run `sqlmig tenant drop tenant_acme`"
    shop.write({"sqlmig.yaml": listed.replace("{slug: acme, schema: tenant_acme}, ", "")})
    lifecycle.drop(shop.project(), "tenant_acme", backup=None)
    assert shop.apply().outcome is Outcome.DONE
    assert lifecycle.undrop(shop.project(), "tenant_acme").after.tenant.schema == "tenant_acme"


def test_a_file_of_old_that_drops_the_schema_itself_finds_none_of_that_name(shop: Shop) -> None:
    living(shop, "acme")
    shop.write(
        {
            "sql/lifecycle/deprovision.sql": (
                "DROP SCHEMA IF EXISTS {{ schema | ident }} CASCADE;\n"
                "DELETE FROM core.tenants WHERE id = {{ tenant.id }};\n"
            )
        }
    )
    lifecycle.drop(shop.project(), "acme", backup=None)
    [away] = schemas(shop)
    assert shop.tables(str(away)) == ["deals"]


@pytest.mark.parametrize(
    ("file", "error", "said", "advice"),
    [
        (
            "DROP SCHEMA {{ schema | ident }} CASCADE;\n",
            MigrationFailed,
            'deprovision of tenant acme failed: schema "tenant_acme" does not exist',
            "sqlmig itself renames and drops schemas: sql/lifecycle/deprovision.sql takes care of the registry only",
        ),
        (
            "SELECT 1;\n",
            ConfigError,
            "the registry still gives tenant acme, and every run would miss its schema",
            (
                "let sql/lifecycle/deprovision.sql take it out of what the query returns; everything was rolled back:"
                " the tenant is as it was"
            ),
        ),
        (
            "COMMIT;\n",
            MigrationFailed,
            "sql/lifecycle/deprovision.sql ended the transaction that it ran in",
            "take COMMIT and ROLLBACK out of the file, look what it did, then run the command again",
        ),
    ],
    ids=["drops-the-schema", "does-nothing", "commits"],
)
def test_a_file_that_does_not_do_its_part(
    shop: Shop, file: str, error: type[MigrationFailed], said: str, advice: str
) -> None:
    living(shop, "acme")
    shop.write({"sql/lifecycle/deprovision.sql": file})
    with pytest.raises(error) as caught:
        lifecycle.drop(shop.project(), "acme", backup=None)
    assert (caught.value.message, caught.value.next) == (said, advice)
    if "COMMIT" not in file:
        assert (schemas(shop), state(shop, "acme")) == (["tenant_acme"], None)


@pytest.mark.parametrize(("file", "call"), [("deprovision", "drop"), ("undrop", "undrop")])
def test_a_file_that_is_needed_is_missed_before_anything_happens(shop: Shop, file: str, call: str) -> None:
    living(shop, "acme")
    if call == "undrop":
        lifecycle.drop(shop.project(), "acme", backup=None)
    before = schemas(shop)
    shop.write({f"sql/lifecycle/{file}.sql": None})
    with pytest.raises(ProjectError) as caught:
        lifecycle.undrop(shop.project(), "acme") if call == "undrop" else lifecycle.drop(
            shop.project(), "acme", backup=None
        )
    assert f"needs sql/lifecycle/{file}.sql, which is not there" in str(caught.value)
    assert schemas(shop) == before


def test_what_others_depend_on_is_not_dropped_along(shop: Shop) -> None:
    living(shop, "acme", "globex")
    shop.sql("CREATE VIEW tenant_globex.theirs AS SELECT id FROM tenant_acme.deals")
    with pytest.raises(Refused) as caught:
        lifecycle.drop(shop.project(), "acme", backup=None)
    assert caught.value.message == (
        "objects outside of schema tenant_acme depend on it: rule _RETURN on view tenant_globex.theirs"
    )
    shop.sql("DROP VIEW tenant_globex.theirs")
    lifecycle.drop(shop.project(), "acme", backup=None, keep="0")
    [away] = schemas(shop)
    shop.sql(f'ALTER TABLE tenant_globex.deals ADD FOREIGN KEY (id) REFERENCES "{away}".deals')
    with pytest.raises(Refused, match="constraint deals_id_fkey on table"):
        lifecycle.purge(shop.project())
    assert (schemas(shop), state(shop, "acme")) == ([away], "dropping")


def test_the_backup_is_made_before_anything_happens_and_named_in_the_log(shop: Shop) -> None:
    living(shop, "acme")

    def backup(tenant: Tenant) -> str:
        assert shop.tables(tenant.schema) == ["deals"]
        return "b-17"

    assert lifecycle.drop(shop.project(), "acme", backup=backup).backup == "b-17"
    assert shop.one("SELECT detail ->> 'backup' FROM sqlmig.log WHERE action = 'drop'") == "b-17"


def test_when_the_backup_fails_nothing_is_dropped(shop: Shop) -> None:
    living(shop, "acme")

    def backup(_tenant: Tenant) -> str:
        raise Refused("no room")

    with pytest.raises(Refused, match="tenant acme was not dropped: no room"):
        lifecycle.drop(shop.project(), "acme", backup=backup)
    assert (schemas(shop), state(shop, "acme")) == (["tenant_acme"], None)


def test_a_tenant_without_a_schema_is_dropped_all_the_same(shop: Shop) -> None:
    living(shop, "acme", "globex")
    shop.sql("DROP SCHEMA tenant_acme CASCADE")
    lifecycle.drop(shop.project(), "acme", backup=None, keep="0")
    assert shop.apply().outcome is Outcome.DONE
    [gone] = lifecycle.purge(shop.project())
    assert gone.after.state is TenantState.DROPPED
    assert shop.sql("SELECT slug FROM core.tenants") == [("globex",)]


def test_purged_nothing_but_the_log_is_left(shop: Shop) -> None:
    living(shop, "acme", "globex")
    shop.sql("CREATE TYPE tenant_acme.mood AS ENUM ('good')")
    shop.sql("CREATE TABLE tenant_acme.parts (id int, m tenant_acme.mood) PARTITION BY LIST (id)")
    shop.sql("CREATE TABLE tenant_acme.part_1 PARTITION OF tenant_acme.parts FOR VALUES IN (1)")
    shop.sql("CREATE TABLE tenant_acme.owned (id serial, d int REFERENCES tenant_acme.deals)")
    shop.sql("CREATE SEQUENCE tenant_acme.free")
    shop.sql("CREATE MATERIALIZED VIEW tenant_acme.seen AS SELECT id FROM tenant_acme.deals")
    shop.sql("CREATE FUNCTION tenant_acme.f(a int, VARIADIC b text[]) RETURNS int LANGUAGE sql AS 'SELECT 1'")
    shop.sql("CREATE PROCEDURE tenant_acme.p() LANGUAGE sql AS 'SELECT 1'")
    shop.sql("CREATE AGGREGATE tenant_acme.total(int) (SFUNC = int4pl, STYPE = int)")
    shop.sql("CREATE DOMAIN tenant_acme.positive AS int CHECK (VALUE > 0)")
    shop.sql("CREATE TYPE tenant_acme.span AS RANGE (subtype = tenant_acme.positive)")
    shop.sql('CREATE TABLE tenant_acme."odd "" name" (id int)')
    lifecycle.drop(shop.project(), "acme", backup=None, keep="0")
    [gone] = lifecycle.purge(shop.project())
    assert (gone.after.state, gone.hook, schemas(shop)) == (TenantState.DROPPED, "sql/lifecycle/purge.sql", [])
    assert shop.sql("SELECT slug FROM core.tenants") == [("globex",)]
    for name in ("target", "applied", "repeatable", "progress"):
        assert shop.one(f"SELECT count(*) FROM sqlmig.{name} WHERE track = 'tenant' AND target = '1'") == 0
    detail = shop.one("SELECT detail FROM sqlmig.log WHERE action = 'purge'")
    assert isinstance(detail, dict)
    assert (detail["heads"], [row["name"] for row in detail["applied"]]) == ({"tenant": 1}, ["deals"])
    shop.project().create_tenant("acme", values={})
    assert shop.project().status().current


@pytest.mark.parametrize(
    ("slug", "values"), [("acme", {"schema": "other"}), ("other", {"schema": "tenant_acme"})], ids=["slug", "schema"]
)
def test_the_names_of_a_dropped_tenant_are_kept_for_it_until_it_is_purged(
    shop: Shop, slug: str, values: dict[str, str]
) -> None:
    living(shop, "acme")
    lifecycle.drop(shop.project(), "acme", backup=None)
    with pytest.raises(Refused) as caught:
        shop.project().create_tenant(slug, values=values)
    assert caught.value.message == ("tenant acme was dropped, and its names are kept for it: it had schema tenant_acme")
    assert caught.value.next == (
        "`sqlmig tenant undrop acme` brings it back; or, for good: sqlmig tenant purge acme --now"
    )
    lifecycle.purge(shop.project(), "acme", now=True)
    assert shop.project().create_tenant(slug, values=values).tenant.slug == slug


def test_copies_of_what_migrations_destroyed_go_with_the_tenant(shop: Shop) -> None:
    living(shop, "acme", "globex")
    shop.write({"sqlmig.yaml": FILES["sqlmig.yaml"] + "undo: {below: 1MB, keep: 7d}\n"})
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'secret'); INSERT INTO tenant_globex.deals VALUES (1, 'stays')")
    shop.pair("tenant", "0002_drop_title", "ALTER TABLE deals DROP COLUMN title;\n")
    shop.apply()
    copies = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'sqlmig_undo'::regnamespace"
    assert len(shop.sql(copies)) == 2
    lifecycle.drop(shop.project(), "acme", backup=None, keep="0")
    lifecycle.purge(shop.project())
    assert shop.sql("SELECT target FROM sqlmig.undo") == [("2",)]
    assert len(shop.sql(copies)) == 1


def test_what_can_still_be_brought_back_is_purged_only_when_somebody_insists(shop: Shop) -> None:
    living(shop, "acme")
    lifecycle.drop(shop.project(), "acme", backup=None)
    assert lifecycle.purge(shop.project()) == ()
    with pytest.raises(Refused) as caught:
        lifecycle.purge(shop.project(), "acme")
    assert caught.value.message.startswith("tenant acme can be brought back until 20")
    assert caught.value.next == "to drop it now, for good: sqlmig tenant purge acme --now"
    assert len(lifecycle.purge(shop.project(), "acme", now=True)) == 1


def test_purging_goes_on_where_somebody_was_in_the_way_and_nothing_brings_it_back(shop: Shop) -> None:
    living(shop, "acme")
    shop.sql("CREATE VIEW tenant_acme.first AS SELECT 1 AS x")
    lifecycle.drop(shop.project(), "acme", backup=None, keep="0")
    [away] = schemas(shop)
    with psycopg.connect(shop.database_url) as reader:
        reader.execute(f'SELECT * FROM "{away}".deals'.encode())
        with pytest.raises(LockNotObtained) as caught:
            lifecycle.purge(shop.project())
        assert caught.value.message == "somebody uses what shall be dropped: canceling statement due to lock timeout"
    assert state(shop, "acme") == "purging"
    assert shop.one("SELECT count(*) FROM pg_class WHERE relname = 'first'") == 0
    with pytest.raises(Refused) as refused:
        lifecycle.undrop(shop.project(), "acme")
    assert refused.value.message == f"tenant acme was dropped, and its schema {away} is half taken apart"
    assert refused.value.next == "`sqlmig tenant purge acme` goes on with that"
    assert len(lifecycle.purge(shop.project())) == 1


def test_asked_to_stop_a_purge_ends_between_two_pieces_and_goes_on_later(shop: Shop) -> None:
    living(shop, "acme")
    shop.sql("CREATE VIEW tenant_acme.first AS SELECT 1 AS x")
    lifecycle.drop(shop.project(), "acme", backup=None, keep="0")
    stop = Stop()

    def told(_schema: str, left: int) -> None:
        if left == 1:
            stop.request()

    with pytest.raises(Interrupted) as caught:
        lifecycle.purge(shop.project(), told=told, stop=stop)
    [away] = schemas(shop)
    assert caught.value.message == "tenant acme is half taken apart: stopped on request"
    assert caught.value.state == f"schema {away} still holds 1 of its objects"
    assert caught.value.next == "run `sqlmig tenant purge acme`: it goes on"
    assert shop.tables(str(away)) == ["deals"]
    assert len(lifecycle.purge(shop.project(), "acme")) == 1


def test_a_drop_killed_before_its_commit_leaves_the_tenant_whole(shop: Shop, cli: Cli) -> None:
    living(shop, "acme")
    shop.write({"sql/lifecycle/deprovision.sql": FILES["sql/lifecycle/deprovision.sql"] + AT_THE_GATE})
    shop.sql("SELECT pg_advisory_lock(%s)", GATE)
    with cli.start("tenant", "drop", "acme", "--yes-drop", "acme", "--no-backup") as process:
        blocked_on_the_gate(shop)
        process.kill()
    shop.sql("SELECT pg_advisory_unlock(%s)", GATE)
    until(lambda: shop.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = 'sqlmig'") == [])
    assert (schemas(shop), state(shop, "acme")) == (["tenant_acme"], None)
    assert shop.project().status().current
    said = cli("tenant", "drop", "acme", "--yes-drop", "acme", "--no-backup")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("tenant acme is dropped; its schema is now _dropped_")


def test_a_purge_killed_half_way_is_finished_by_the_next(shop: Shop, cli: Cli) -> None:
    living(shop, "acme")
    shop.write({"sqlmig.yaml": FILES["sqlmig.yaml"].replace("lock_timeout: 500ms", "lock_timeout: 1min")})
    shop.sql("CREATE VIEW tenant_acme.first AS SELECT 1 AS x")
    lifecycle.drop(shop.project(), "acme", backup=None, keep="0")
    [away] = schemas(shop)
    with psycopg.connect(shop.database_url) as reader:
        reader.execute(f'SELECT * FROM "{away}".deals'.encode())
        with cli.start("tenant", "purge") as process:
            until(lambda: shop.sql("SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'") != [])
            process.kill()
        shop.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sqlmig'")
    assert (schemas(shop), state(shop, "acme")) == ([away], "purging")
    assert shop.tables(str(away)) == ["deals"]
    said = cli("tenant", "purge")
    assert (said.returncode, said.stdout) == (0, "tenant acme is gone for good\n  ran sql/lifecycle/purge.sql\n")
    assert schemas(shop) == []


def test_of_two_drops_at_once_one_drops(shop: Shop) -> None:
    living(shop, "acme")
    found: list[Answer] = []
    threads = [
        threading.Thread(target=lambda: found.append(lifecycle.drop(shop.project(), "acme", backup=None).answer))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.value for answer in found) == ["already", "yes"]
    assert len(schemas(shop)) == 1


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[str]:
    """A server with the smallest lock table that there is."""
    data = tmp_path / "server"
    bin_folder = os.environ.get("SQLMIG_TEST_POSTGRES_BIN")
    source = embedded.installation_in(Path(bin_folder)) if bin_folder else embedded.installation()
    settings = {**embedded.THROW_AWAY, "max_locks_per_transaction": "10", "max_connections": "20"}
    server = embedded.start_from(source, data, settings=settings)
    yield server.url
    embedded.stop(data)


def test_two_hundred_tables_go_with_the_smallest_lock_table_that_there_is(cramped: str, shop: Shop) -> None:
    with psycopg.connect(cramped, autocommit=True) as connection:
        small = Shop(shop.folder, cramped, connection)
        living(small, "acme")
        for number in range(200):
            small.sql(
                f"CREATE TABLE tenant_acme.t{number} (id serial PRIMARY KEY, note text UNIQUE, deal int"
                " REFERENCES tenant_acme.deals)"
            )
        lifecycle.drop(small.project(), "acme", backup=None, keep="0")
        [away] = schemas(small)
        with pytest.raises(psycopg.errors.OutOfMemory):
            small.sql(f'DROP SCHEMA "{away}" CASCADE')
        left: list[int] = []
        lifecycle.purge(small.project(), told=lambda _schema, number: left.append(number))
        assert schemas(small) == []
        assert len(left) > 4


def test_nobody_drops_a_tenant_by_a_slip(shop: Shop, cli: Cli) -> None:
    living(shop, "acme")
    said = cli("tenant", "drop", "acme", "--no-backup")
    assert (said.returncode, said.stderr) == (
        2,
        (
            "sqlmig: error: nobody is there to confirm that tenant acme is dropped\n"
            "  state: nothing was changed\n"
            "  next: give its slug once more: sqlmig tenant drop acme --yes-drop acme\n"
        ),
    )
    said = cli("tenant", "drop", "acme", "--no-backup", "--yes-drop", "acne")
    assert (said.returncode, said.stderr.splitlines()[0]) == (2, "sqlmig: error: 'acne' is not 'acme'")
    said = cli("tenant", "drop", "acme", "--yes-drop", "acme")
    assert (said.returncode, said.stderr) == (
        2,
        (
            "sqlmig: error: tenant acme would be dropped without a backup: `backup.url` is not set\n"
            "  state: nothing was changed\n"
            "  next: write backup.url into sqlmig.yaml; or, to have none: sqlmig tenant drop acme --no-backup\n"
        ),
    )
    assert schemas(shop) == ["tenant_acme"]


@pytest.mark.parametrize(("typed", "status"), [("acme", 0), ("yes", 2)])
def test_on_a_terminal_the_slug_is_typed_again(shop: Shop, cli: Cli, typed: str, status: int) -> None:
    living(shop, "acme")
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "sqlmig", "tenant", "drop", "acme", "--no-backup"],
        cwd=shop.folder,
        env=cli.environment({}),
        stdin=terminal,
        stderr=terminal,
        stdout=subprocess.DEVNULL,
    ) as process:
        os.close(terminal)
        asked = b""
        while b"type its slug again" not in asked:
            asked += os.read(controller, 1024)
        os.write(controller, f"{typed}\n".encode())
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            try:
                asked += os.read(controller, 1024)
            except OSError:
                break
        assert process.wait(30) == status, asked.decode()
    os.close(controller)
    assert (schemas(shop) == ["tenant_acme"]) is (status == 2)


def test_undrop_of_what_was_never_dropped(shop: Shop) -> None:
    living(shop, "acme")
    with pytest.raises(Refused) as caught:
        lifecycle.undrop(shop.project(), "acme")
    assert caught.value.message == "tenant acme was not dropped: it is active"
    with pytest.raises(UsageError):
        lifecycle.undrop(shop.project(), "globex")
