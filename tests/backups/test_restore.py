"""A tenant comes back from its backup: schema, rows, history, whatever it holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from backingup import fill_example, made, tables
from shop import Shop
from sqlmig.admin import backups
from sqlmig.api import Project

FOLDER = Path(__file__).parent
Connect = Callable[..., psycopg.Connection[Any]]


def test_rows_and_history_are_as_they_were(shop: Shop) -> None:
    shop.with_tenants("acme", "globex")
    shop.sql("INSERT INTO tenant_acme.deals VALUES (1, 'first'), (2, NULL)")
    backup = made(shop.project(), "acme").backup_id
    shop.pair("tenant", "0002_notes", "CREATE TABLE notes (id int);", "DROP TABLE notes;")
    shop.apply()
    shop.sql("DELETE FROM tenant_acme.deals; INSERT INTO tenant_globex.deals VALUES (9, 'stays')")

    restored = backups.restore(shop.project(), "acme", backup=backup[:18])

    assert shop.sql("SELECT * FROM tenant_acme.deals ORDER BY id") == [(1, "first"), (2, None)]
    assert shop.tables("tenant_acme") == ["deals"]
    assert shop.versions("tenant_acme") == [1]
    assert shop.sql("SELECT * FROM tenant_globex.deals") == [(9, "stays")]
    assert restored.kept is not None
    assert shop.tables(restored.kept) == ["deals", "notes"]
    assert shop.project().verify().clean
    assert shop.apply().exit_status == 0
    assert shop.tables("tenant_acme") == ["deals", "notes"]
    assert shop.project().status().current


def test_the_example_comes_back_with_every_type_vectors_included(example: Project, connect: Connect) -> None:
    fill_example(connect())
    before = tables(connect(), "tenant_acme")
    assert sum(map(len, before.values())) > 20
    assert any("[0.001,0.002," in text for (text,) in before["deal_documents"]) == has_vector(connect())
    backup = made(example, "acme").backup_id
    connect().execute("DROP SCHEMA tenant_acme CASCADE")
    restored = backups.restore(example, "acme", backup=backup)
    assert restored.kept is None
    assert tables(connect(), "tenant_acme") == before
    assert example.status().current


def test_every_kind_of_object_and_value_comes_back(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.sql("SET search_path = tenant_acme")
    shop.sql((FOLDER / "every_type.sql").read_text())
    before = tables(shop.connection, "tenant_acme")
    backup = made(shop.project(), "acme").backup_id
    shop.sql("SELECT nextval('tenant_acme.alone')")
    backups.restore(shop.project(), "acme", backup=backup)
    assert tables(shop.connection, "tenant_acme") == before
    assert shop.one("SELECT rows FROM tenant_acme.kept") == 2
    assert shop.one("SELECT nextval('tenant_acme.alone')") == 10
    assert shop.one("SELECT tenant_acme.late()") == 2


def test_a_copy_of_every_kind_looks_at_nothing_of_the_original(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.sql("SET search_path = tenant_acme")
    shop.sql((FOLDER / "every_type.sql").read_text())
    backup = made(shop.project(), "acme").backup_id
    backups.restore(shop.project(), "acme", backup=backup, new_slug="copy")
    shop.sql("TRUNCATE tenant_acme.kinds")
    assert shop.one("SELECT tenant_copy.late()") == 2
    assert shop.one("SELECT count(*) FROM tenant_copy.seen") == 2


def has_vector(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT to_regtype('extensions.vector') IS NOT NULL").fetchone()
    return row is not None and bool(row[0])
