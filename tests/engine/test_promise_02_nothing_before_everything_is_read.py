"""Promise 2: everything is read, rendered, split and checked before the first write to the first target."""

from __future__ import annotations

import pytest

from shop import Shop
from sqlmig.engine import PlanRefused
from sqlmig.errors import ProjectError


def refused(shop: Shop) -> str:
    with pytest.raises(PlanRefused) as caught:
        shop.apply()
    return "\n".join(f"{r.place}: {r.message} / {r.next}" for r in caught.value.plan.refusals)


def untouched(shop: Shop) -> bool:
    return not shop.one("SELECT count(*) FROM pg_namespace WHERE nspname IN ('core', 'sqlmig')")


def test_promise_02_a_syntax_error_in_the_last_of_five_files_keeps_all_five_from_running(shop: Shop) -> None:
    for number in range(2, 6):
        shop.pair("platform", f"000{number}_t", f"CREATE TABLE t{number} (id int);\n")
    shop.pair("platform", "0006_broken", "CREATE TABLE fine (id int);\nCREATE TABEL nope (id int);\n")
    said = refused(shop)
    assert said == ('sql/platform/0006_broken.up.sql:2:8: syntax error at or near "TABEL" / correct the statement')
    assert untouched(shop)


def test_promise_02_the_server_s_grammar_reads_queries_of_tables_that_are_not_there_yet(shop: Shop) -> None:
    shop.pair("platform", "0002_t", "CREATE TABLE t (id int);\n")
    shop.pair(
        "platform",
        "0003_use",
        "INSERT INTO t VALUES (1);\nWITH x AS (SELECT 1) UPDATE t SET id = 2;\nCREATE TABLE u AS SELECT * FROM t;\n"
        "EXPLAIN SELECT * FROM t;\nDELETE FROM t;\n",
    )
    assert shop.apply().exit_status == 0
    assert shop.one("SELECT count(*) FROM core.u") == 1


def test_promise_02_a_syntax_error_inside_of_a_query_is_placed_in_the_query(shop: Shop) -> None:
    shop.pair("platform", "0002_t", "CREATE TABLE t (id int);\n\nINSERT INTO t\nVALUSE (1);\n")
    assert 'sql/platform/0002_t.up.sql:4:1: syntax error at or near "VALUSE"' in refused(shop)


def test_promise_02_a_template_error_for_one_tenant_keeps_every_target_from_running(shop: Shop) -> None:
    shop.with_tenants("acme", "globex")
    shop.sql("UPDATE core.tenants SET tier = 'gold' WHERE slug = 'globex'")
    shop.pair("platform", "0002_more", "CREATE TABLE more (id int);\n")
    shop.pair("tenant", "0002_tier", "{% if tenant.tier == 'gold' %}SELECT {{ nothing }};{% endif %}\n")
    assert "'nothing' is not defined" in refused(shop)
    assert "more" not in shop.tables("core")


def test_promise_02_a_file_that_cannot_be_split_keeps_every_target_from_running(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair("platform", "0002_more", "CREATE TABLE more (id int);\n")
    shop.pair("tenant", "0002_quote", "SELECT 1;\nSELECT 'no end;\n")
    assert "sql/tenant/0002_quote.up.sql:2:8" in refused(shop)
    assert "more" not in shop.tables("core")


def test_promise_02_broken_files_are_all_told_at_once(shop: Shop) -> None:
    shop.pair("platform", "0002_a", "-- sqlmig: transacton off\nSELECT 1;\n")
    shop.pair("tenant", "0002_b", "{% if %}\n")
    with pytest.raises(ProjectError) as caught:
        shop.apply()
    assert [str(problem.place) for problem in caught.value.problems] == [
        "sql/platform/0002_a.up.sql:1:12",
        "sql/tenant/0002_b.up.sql:1",
    ]
    assert untouched(shop)


def test_promise_02_nothing_is_executed_by_the_grammar_check(shop: Shop) -> None:
    """The check sends every text to the server; a text that runs there would break everything else."""
    shop.pair("platform", "0002_t", "CREATE TABLE t (id int);\n")
    shop.pair("platform", "0003_broken", "CREATE TABLE early (id int);\nSELEC 1;\n")
    refused(shop)
    assert untouched(shop)


@pytest.mark.parametrize("word", ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a", "START TRANSACTION"])
def test_promise_02_a_file_with_transaction_control_is_refused(shop: Shop, word: str) -> None:
    shop.pair("platform", "0002_tx", f"CREATE TABLE t (id int);\n{word};\n")
    said = refused(shop)
    assert said.startswith("sql/platform/0002_tx.up.sql:2:1: ")
    assert "in a migration: sqlmig opens and ends the transaction" in said
    assert "-- sqlmig: transaction off" in said


def test_promise_02_what_needs_psql_is_refused_with_what_to_do(shop: Shop) -> None:
    shop.pair("platform", "0002_copy", "COPY tenants FROM stdin;\n1\tit's\n\\.\n")
    shop.pair("platform", "0003_meta", "\\set x 1\nSELECT 1;\n")
    said = refused(shop)
    assert "COPY ... FROM stdin needs psql: its data are no SQL / write the rows as INSERT INTO" in said
    assert "\\set is a command of psql, not SQL" in said
