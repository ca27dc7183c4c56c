"""Another tenant is made of a backup: its rows are its own, and nothing else of the original is touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from backingup import fill_example, made, tables
from shop import Shop
from sqlmig.admin import backups
from sqlmig.api import Project
from sqlmig.backups.failures import BackupFailed

Connect = Callable[..., psycopg.Connection[Any]]

TENANTED = """
CREATE TABLE tenant_acme.users (tenant_id int NOT NULL REFERENCES core.tenants, id int, name text,
    PRIMARY KEY (tenant_id, id));
CREATE TABLE tenant_acme.notes (id int PRIMARY KEY, tenant_id int NOT NULL, user_id int,
    FOREIGN KEY (tenant_id, user_id) REFERENCES tenant_acme.users);
CREATE TABLE tenant_acme.stamps (text text);
CREATE FUNCTION tenant_acme.stamp() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO tenant_acme.stamps VALUES (TG_OP); RETURN NEW; END $$;
INSERT INTO tenant_acme.users VALUES (1, 1, 'Ada'), (1, 2, 'Bob'), (2, 1, 'of globex');
INSERT INTO tenant_acme.notes VALUES (1, 1, 2), (2, 1, NULL);
CREATE TRIGGER stamp BEFORE UPDATE ON tenant_acme.users FOR EACH ROW EXECUTE FUNCTION tenant_acme.stamp();
ALTER TABLE tenant_acme.users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenant_acme.users USING (tenant_id = current_setting('app.current_tenant_id')::int)
"""


@pytest.mark.parametrize("slug", ["copy", "acme-test"], ids=["another-name", "one-that-begins-the-same-and-is-quoted"])
def test_the_application_finds_the_rows_of_the_example_under_the_new_tenant(
    example: Project, connect: Connect, slug: str
) -> None:
    fill_example(connect())
    before = tables(connect(), "tenant_acme")
    backup = made(example, "acme").backup_id
    restored = backups.restore(example, "acme", backup=backup, new_slug=slug)
    assert restored.tenant.schema == f"tenant_{slug}"
    assert example.status().current
    assert example.verify().clean
    assert tables(connect(), "tenant_acme") == before
    [old] = [tenant.id for tenant in example.tenants() if tenant.slug == "acme"]
    assert restored.notes == (f"tenant_id of the rows in 10 tables is {restored.tenant.id} now; it was {old}",)
    # What the audit log says of rows as JSON is history: it says what it said.
    own = {name: [(text.replace(old, restored.tenant.id, 1),) for (text,) in rows] for name, rows in before.items()}
    copied = tables(connect(), f"tenant_{slug}")
    assert {name: sorted(rows) for name, rows in copied.items()} == {name: sorted(rows) for name, rows in own.items()}
    seen = seen_by_the_application(example, connect(autocommit=False), restored.tenant.id, f"tenant_{slug}")
    assert seen == len(before["users"]) > 0


def seen_by_the_application(project: Project, connection: psycopg.Connection[Any], tenant: str, schema: str) -> int:
    """How many users the application sees in a schema in the context of a tenant."""
    connection.execute(f'SET LOCAL ROLE "{project.config.variables["app_role"]}"')
    connection.execute("SELECT set_config('app.current_tenant_id', %s, true)", [tenant])
    row = connection.execute(f'SELECT count(*) FROM "{schema}".users').fetchone()
    connection.rollback()
    assert row is not None
    return int(row[0])


def test_rows_change_hands_before_keys_triggers_and_policies_are_there(shop: Shop) -> None:
    shop.with_tenants("acme", "globex")
    shop.sql(TENANTED)
    backup = made(shop.project(), "acme").backup_id
    restored = backups.restore(shop.project(), "acme", backup=backup, new_slug="copy")
    assert restored.tenant.id == "3"
    assert restored.notes == (
        "tenant_id of the rows in 2 tables is 3 now; it was 1",
        "rows of users have another tenant_id than 1, and keep it",
    )
    assert shop.sql("SELECT tenant_id, id, name FROM tenant_copy.users ORDER BY 1, 2") == [
        (2, 1, "of globex"),
        (3, 1, "Ada"),
        (3, 2, "Bob"),
    ]
    assert shop.sql("SELECT * FROM tenant_copy.notes ORDER BY id") == [(1, 3, 2), (2, 3, None)]
    assert shop.sql("SELECT * FROM tenant_copy.stamps") == []
    assert shop.sql("SELECT DISTINCT tenant_id FROM tenant_acme.notes") == [(1,)]


def test_a_column_of_that_name_that_holds_something_else_is_left_alone(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.sql("CREATE TABLE tenant_acme.leases (tenant_id date); INSERT INTO tenant_acme.leases VALUES ('2026-01-01')")
    backup = made(shop.project(), "acme").backup_id
    restored = backups.restore(shop.project(), "acme", backup=backup, new_slug="copy")
    assert restored.notes == ("rows of leases have another tenant_id than 1, and keep it",)
    assert shop.one("SELECT tenant_id::text FROM tenant_copy.leases") == "2026-01-01"


def test_partitions_by_tenant_without_one_for_the_new_one_are_told_and_nothing_is_left(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.sql(
        "CREATE TABLE tenant_acme.parted (tenant_id int) PARTITION BY LIST (tenant_id);"
        "CREATE TABLE tenant_acme.parted_1 PARTITION OF tenant_acme.parted FOR VALUES IN (1);"
        "INSERT INTO tenant_acme.parted VALUES (1)"
    )
    backup = made(shop.project(), "acme").backup_id
    with pytest.raises(BackupFailed) as caught:
        backups.restore(shop.project(), "acme", backup=backup, new_slug="copy")
    assert caught.value.message.startswith("the rows of parted cannot be given to the tenant with id 2: no partition")
    assert caught.value.state == "everything was rolled back: nothing was changed"
    assert shop.sql("SELECT slug FROM core.tenants") == [("acme",)]
    assert shop.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%%tenant%%'") == [("tenant_acme",)]
    shop.sql("CREATE TABLE tenant_acme.parted_rest PARTITION OF tenant_acme.parted DEFAULT")
    backup = made(shop.project(), "acme").backup_id
    tenant = backups.restore(shop.project(), "acme", backup=backup, new_slug="copy").tenant
    assert shop.sql("SELECT tenant_id::text FROM tenant_copy.parted_rest") == [(tenant.id,)]


def test_a_tenant_that_is_registered_anew_with_another_id_gets_its_rows_as_well(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.sql("CREATE TABLE tenant_acme.notes (tenant_id int); INSERT INTO tenant_acme.notes VALUES (1)")
    backup = made(shop.project(), "acme").backup_id
    shop.sql("DROP SCHEMA tenant_acme CASCADE; DELETE FROM core.tenants")
    restored = backups.restore(shop.project(), "acme", backup=backup)
    assert restored.notes == ("tenant_id of the rows in table notes is 2 now; it was 1",)
    assert shop.sql("SELECT tenant_id FROM tenant_acme.notes") == [(2,)]
