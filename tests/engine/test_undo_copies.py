"""What a destructive migration destroys comes back with its down file, as far as it was copied."""

from __future__ import annotations

import pytest

from shop import CONFIG, Shop

KEEPING = CONFIG + "undo: {below: 1MB, keep: 7d}\n"
DROP = ("ALTER TABLE deals DROP COLUMN title;\n", "ALTER TABLE deals ADD COLUMN title text;\n")
EMPTY = ("DELETE FROM deals WHERE id > 1;\n", "SELECT 1;\n")
REMOVE = ("DROP TABLE deals;\n", "CREATE TABLE deals (id int PRIMARY KEY, title text);\n")


@pytest.fixture
def kept(shop: Shop) -> Shop:
    shop.write({"sqlmig.yaml": KEEPING})
    shop.with_tenants("a", "b")
    for schema in ("tenant_a", "tenant_b"):
        shop.sql(f"INSERT INTO {schema}.deals SELECT n, 'deal ' || n FROM generate_series(1, 5) n")
    return shop


@pytest.mark.parametrize("together", [False, True], ids=["a-transaction-each", "per-target-transaction"])
@pytest.mark.parametrize(("up", "down"), [DROP, EMPTY, REMOVE], ids=["a-column", "rows", "a-table"])
def test_a_rollback_puts_back_what_the_migration_destroyed(kept: Shop, up: str, down: str, together: bool) -> None:
    if together:
        kept.write({"sqlmig.yaml": KEEPING.replace("workers: 1", "workers: 1, per_target_transaction: true")})
    kept.pair("tenant", "0002_destroys", up, down)
    assert kept.apply().exit_status == 0
    assert kept.one("SELECT count(*) FROM sqlmig.undo") == 2
    result = kept.project().rollback(steps=1, track="tenant")
    assert result.exit_status == 0
    for schema in ("tenant_a", "tenant_b"):
        assert kept.sql(f"SELECT id, title FROM {schema}.deals ORDER BY id") == [(n, f"deal {n}") for n in range(1, 6)]
    told = [note for target in result.results for step in target.steps for note in step.notes]
    assert len(told) == 2
    assert all(" back in deals (" in note for note in told)


def test_without_the_key_nothing_is_copied(shop: Shop) -> None:
    shop.with_tenants("a")
    shop.pair("tenant", "0002_destroys", *DROP)
    shop.apply()
    assert shop.one("SELECT count(*) FROM sqlmig.undo") == 0


def test_what_was_not_copied_is_said_with_its_reason(kept: Shop) -> None:
    kept.write({"sqlmig.yaml": KEEPING.replace("1MB", "1kB")})
    kept.pair("tenant", "0002_destroys", *DROP)
    kept.apply()
    result = kept.project().rollback(steps=1, schemas=["tenant_a"])
    [note] = [note for target in result.results for step in target.steps for note in step.notes]
    assert note.startswith("deals (column) did not come back: ")
    assert kept.sql("SELECT count(title) FROM tenant_a.deals") == [(0,)]


def test_a_copy_whose_time_is_over_is_dropped_by_the_next_run(kept: Shop) -> None:
    kept.pair("tenant", "0002_destroys", *DROP)
    kept.apply()
    copies = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'sqlmig_undo'::regnamespace"
    assert kept.one(copies) == 2
    kept.sql("UPDATE sqlmig.undo SET kept_until = now() - interval '1 second'")
    kept.pair("tenant", "0003_more", "CREATE TABLE more (id int);\n")
    kept.apply()
    assert kept.one(copies) == 0


def test_a_migration_that_fails_leaves_no_copy(kept: Shop) -> None:
    kept.pair("tenant", "0002_destroys", DROP[0] + "SELECT 1 / 0;\n", DROP[1])
    assert kept.apply().exit_status == 3
    assert kept.one("SELECT count(*) FROM sqlmig.undo") == 0
    assert kept.sql("SELECT count(title) FROM tenant_a.deals") == [(5,)]
