"""Baseline, repair, reset: the history is changed on purpose, with a reason, and the log keeps what was."""

from __future__ import annotations

import pytest

from shop import Shop
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.repair import Mend


def test_a_baseline_marks_versions_without_running_them(shop: Shop) -> None:
    shop.sql("CREATE SCHEMA core")
    shop.sql("CREATE TABLE core.tenants (id int PRIMARY KEY, slug text, schema_name text, tier text)")
    (marked,) = shop.project().baseline(to=1, reason="adopted from Alembic", platform=True)
    assert (marked.target.schema, marked.versions) == ("core", (1,))
    assert shop.apply().exit_status == 0
    assert shop.versions("core") == [1]
    assert shop.sql("SELECT action, reason, version FROM sqlmig.log") == [("baseline", "adopted from Alembic", 1)]
    assert shop.one("SELECT baseline FROM sqlmig.applied") is True


def test_a_baseline_of_tenants_lets_apply_go_on_behind_it(shop: Shop) -> None:
    shop.with_tenants()
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n")
    shop.pair("tenant", "0003_u", "CREATE TABLE u (id int);\n")
    shop.sql("CREATE SCHEMA tenant_old")
    shop.sql("CREATE TABLE tenant_old.deals (id int)")
    shop.sql("CREATE TABLE tenant_old.t (id int)")
    shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES ('old', 'tenant_old')")
    shop.project().baseline(to=2, reason="was there", schemas=["tenant_old"])
    assert shop.apply().exit_status == 0
    assert shop.tables("tenant_old") == ["deals", "t", "u"]


def test_a_baseline_over_applied_migrations_is_refused(shop: Shop) -> None:
    shop.with_tenants("acme")
    with pytest.raises(Refused, match="tenant_acme has migrations applied already"):
        shop.project().baseline(to=1, reason="again", schemas=["tenant_acme"])


def test_a_baseline_of_a_missing_schema_or_version_is_refused(shop: Shop) -> None:
    with pytest.raises(Refused, match="schema core is not there"):
        shop.project().baseline(to=1, reason="x", platform=True)
    with pytest.raises(UsageError, match="track platform has no version 0009"):
        shop.project().baseline(to=9, reason="x", platform=True)


def edited(shop: Shop) -> Shop:
    shop.with_tenants("acme", "globex")
    shop.pair(
        "tenant",
        "0001_deals",
        "CREATE TABLE deals (id int PRIMARY KEY, title text, extra int);\n",
        "DROP TABLE deals;\n",
    )
    return shop


def test_repair_shows_before_it_does_and_keeps_the_old_row(shop: Shop) -> None:
    edited(shop)
    before = shop.one("SELECT to_jsonb(a) FROM sqlmig.applied a WHERE track = 'tenant' AND target = '1'")
    shown = shop.project().repairs(version=1, schemas=["tenant_*"])
    assert [(item.target.schema, item.mend) for item in shown] == [
        ("tenant_acme", Mend.ACCEPT_FILE),
        ("tenant_globex", Mend.ACCEPT_FILE),
    ]
    assert shown[0].message == (
        "0001_deals counts as applied in the form that sql/tenant/0001_deals.up.sql has now; nothing runs"
    )
    assert not shop.project().status().current
    shop.project().repair(shown, reason="the comment was wrong")
    assert shop.project().status().current
    action, reason, detail = shop.sql(
        "SELECT action, reason, detail FROM sqlmig.log WHERE action LIKE 'repair%%' ORDER BY id"
    )[0]
    assert (action, reason, detail) == ("repair: accept-file", "the comment was wrong", before)
    assert shop.apply().run_id is None


def test_repair_forgets_a_migration_whose_file_is_gone(shop: Shop) -> None:
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n")
    shop.pair("tenant", "0003_u", "CREATE TABLE u (id int);\n")
    shop.with_tenants("acme")
    shop.write({"sql/tenant/0002_t.up.sql": None, "sql/tenant/0002_t.down.sql": None})
    (shown,) = shop.project().repairs(version=2, schemas=["tenant_acme"])
    assert shown.mend is Mend.FORGET
    assert "what it made stays in the schema" in shown.message
    shop.project().repair([shown], reason="merged by mistake")
    assert shop.versions("tenant_acme") == [1, 3]
    assert shop.project().status().current
    assert shop.tables("tenant_acme") == ["deals", "t", "u"]


def test_repair_follows_a_renumbered_file(shop: Shop) -> None:
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n")
    shop.with_tenants("acme")
    text = (shop.folder / "sql/tenant/0002_t.up.sql").read_text()
    shop.write({"sql/tenant/0002_t.up.sql": None, "sql/tenant/0002_t.down.sql": None})
    shop.pair("tenant", "0004_t", text)
    (shown,) = shop.project().repairs(version=2, schemas=["tenant_acme"])
    assert (shown.mend, shown.message) == (Mend.RENUMBER, "0002_t counts as 0004_t, where its file is now")
    shop.project().repair([shown], reason="two branches took 2")
    assert shop.versions("tenant_acme") == [1, 4]
    assert shop.project().status().current


def test_there_is_nothing_to_repair_where_nothing_is_wrong(shop: Shop) -> None:
    shop.with_tenants("acme")
    assert shop.project().repairs(version=1) == ()
    assert shop.project().repairs(version=7) == ()
    assert shop.project().repairs(mend_as=Mend.STATEMENT_DONE) == ()


def test_the_log_cannot_be_rewritten(shop: Shop) -> None:
    shop.with_tenants("acme")
    for statement in ("UPDATE sqlmig.log SET outcome = 'x'", "DELETE FROM sqlmig.log", "TRUNCATE sqlmig.log"):
        with pytest.raises(Exception, match="the log of sqlmig is append only"):
            shop.sql(statement)


def test_reset_works_in_development_only(shop: Shop) -> None:
    shop.with_tenants("acme")
    with pytest.raises(Refused) as caught:
        shop.project().reset(schemas=["tenant_acme"])
    assert "is not marked `development: true`" in str(caught.value)
    assert shop.tables("tenant_acme") == ["deals"]


def test_reset_of_a_tenant_empties_it_and_brings_it_up_again(shop: Shop) -> None:
    shop.with_tenants("acme", "globex")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'gone')")
    shop.sql("INSERT INTO tenant_globex.deals VALUES (1, 'kept')")
    result = shop.project("dev").reset(schemas=["tenant_acme"])
    assert result.exit_status == 0
    assert shop.one("SELECT count(*) FROM tenant_acme.deals") == 0
    assert shop.one("SELECT count(*) FROM tenant_globex.deals") == 1
    assert shop.project().status().current


def test_reset_of_everything_ends_with_a_platform_and_no_tenants(shop: Shop) -> None:
    shop.with_tenants("acme")
    result = shop.project("dev").reset()
    assert result.exit_status == 0
    assert shop.tables("core") == ["tenants"]
    assert shop.project().tenants() == ()
    assert shop.one("SELECT count(*) FROM pg_namespace WHERE nspname = 'tenant_acme'") == 0
    assert shop.one("SELECT count(*) FROM sqlmig.log WHERE action = 'reset'") == 2
