"""A session sends what it is given and reads all that comes back: values, errors, and how far the server got."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from sqlmig.db.composing import partly_filled
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session, session


@pytest.fixture
def opened(database_url: str) -> Iterator[Session]:
    with session(database_url) as one:
        yield one


def test_rows_have_the_types_of_python(opened: Session) -> None:
    query = "SELECT 1, 'a', true, NULL, DATE '2024-02-29', ARRAY[1, 2], '{\"a\": [1]}'::jsonb; SELECT 2"
    assert opened.run(query) == [[(1, "a", True, None, datetime.date(2024, 2, 29), [1, 2], {"a": [1]})], [(2,)]]


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -(2**62), 1.5, "a'b", "back\\slash", "per%cent %(s)s", "", b"\x00\\'", ["a'b", "c\\d"], [1, 2]],
    ids=repr,
)
@pytest.mark.parametrize("strings", ["on", "off"])
def test_a_parameter_arrives_as_it_was_given_whatever_strings_mean(
    opened: Session, value: object, strings: str
) -> None:
    if strings == "off" and opened.value("SELECT current_setting('server_version_num')::int") >= 190000:
        pytest.skip("strings conform")
    opened.run(f"SET standard_conforming_strings = {strings}; SET escape_string_warning = off")
    kind = {bytes: "::bytea", list: "::text[]" if isinstance(value, list) and "a'b" in value else "::int[]"}
    cast = kind.get(type(value), "")
    assert opened.value(f"SELECT %(value)s{cast}", {"value": value}) == value
    assert opened.value("SELECT 7 %% 4, %(value)s::text", {"value": "x"}) == 3


def test_a_value_that_equals_another_is_not_taken_for_it(opened: Session) -> None:
    query = "SELECT pg_typeof(%(value)s)::text"
    types = [opened.value(query, {"value": value}) for value in (1, True, 1.0, 1, "1")]
    assert types[1] == "boolean"
    assert types[0] == types[3] != types[2]


def test_how_many_statements_ran_before_the_one_that_failed_is_told(opened: Session) -> None:
    with pytest.raises(ServerRefused) as refused:
        opened.run("SELECT 1; CREATE TABLE t (id int); SELECT 1 / 0; SELECT 2")
    assert (refused.value.said.sqlstate, refused.value.said.completed) == ("22012", 2)
    assert opened.run("SELECT 1") == [[(1,)]]


def test_data_that_the_server_waits_for_are_refused_and_the_session_goes_on(opened: Session) -> None:
    with pytest.raises(ServerRefused, match="COPY from stdin failed: sqlmig sends no data"):
        opened.run("CREATE TABLE t (id int); COPY t FROM STDIN; SELECT 1")
    assert opened.run("SELECT 1") == [[(1,)]]


def test_data_that_the_server_sends_are_read_and_what_follows_is_too(opened: Session) -> None:
    query = "SELECT 1; COPY (SELECT generate_series(1, 100000)) TO STDOUT; COPY (SELECT 1) TO STDOUT; SELECT 2"
    assert opened.run(query) == [[(1,)], [(2,)]]


def test_a_session_that_was_ended_says_so_each_time(opened: Session) -> None:
    with pytest.raises(ServerRefused) as refused:
        opened.run("SELECT pg_terminate_backend(pg_backend_pid()); SELECT 1")
    assert refused.value.said.sqlstate in ("57P01", None)
    assert opened.broken
    with pytest.raises(ServerRefused):
        opened.run("SELECT 1")
    with pytest.raises(ServerRefused):
        _ = opened.own_settings
    opened.reopen()
    assert "client_connection_check_interval" in opened.own_settings


def test_a_table_has_its_names_even_without_rows(opened: Session) -> None:
    assert opened.table('SELECT 1 AS a, 2 AS "B b" WHERE false', {}) == (["a", "B b"], [])


@pytest.mark.parametrize("outer", ["", "BEGIN; CREATE TABLE t (id int)"], ids=["alone", "in a transaction"])
@pytest.mark.parametrize("query", ["SELEC", "SELECT 1/0", "SELECT FROM nobody", "SELECT '"])
def test_a_query_that_fails_leaves_a_transaction_as_it_was(opened: Session, outer: str, query: str) -> None:
    if outer:
        opened.run(outer)
    with pytest.raises(ServerRefused):
        opened.table(query, {"statement_timeout": "7s"})
    assert opened.in_transaction is opened.healthy is bool(outer)
    assert opened.table("SELECT current_setting('statement_timeout'); -- end", {"statement_timeout": "7s"}) == (
        ["current_setting"],
        [("7s",)],
    )
    assert opened.in_transaction is opened.healthy is bool(outer)
    assert opened.value("SELECT current_setting('statement_timeout')") == "0"
    assert opened.value("SELECT to_regclass('t') IS NOT NULL") is bool(outer)


def test_the_settings_of_a_query_count_for_it(opened: Session) -> None:
    with pytest.raises(ServerRefused, match="statement timeout"):
        opened.table("SELECT pg_sleep(60)", {"statement_timeout": "10ms"})


def test_a_query_that_writes_is_refused_or_taken_back(opened: Session) -> None:
    with pytest.raises(ServerRefused, match="read-only transaction"):
        opened.table("CREATE TABLE t (id int)", {})
    opened.run("BEGIN")
    opened.table("CREATE TABLE t (id int)", {})
    assert opened.value("SELECT to_regclass('t')") is None


NASTY = ["plain", "per%cent", "per%(later)s", "per%%cent %s", "a'b", "back\\slash %"]


@pytest.mark.parametrize("first", NASTY)
@pytest.mark.parametrize("later", NASTY)
def test_a_statement_may_be_filled_in_two_steps_whatever_the_values_look_like(
    opened: Session, first: str, later: str
) -> None:
    text = "SELECT %(first)s, 'a %% sign', %(later)s, 7 %% 4, %(first)s"
    template = partly_filled(text, {"first": first}, ["later"])
    assert opened.rows(template, {"later": later}) == [(first, "a % sign", later, 3, first)]
