"""What a rendered text may not contain, with the place and the way out."""

from __future__ import annotations

import pytest

from sqlmig.plan.examine import examine

OUTSIDE = "put it into a file of its own that begins with: -- sqlmig: transaction off"
ROWS = "write the rows as INSERT INTO ... VALUES, or load them outside of migrations"
PSQL = "take it out; what it should do is sqlmig's (variables: {{ vars.name }}, includes: macros)"


def objections(text, *, transaction=True):
    return [(o.reason.value, o.offset, o.message, o.next) for o in examine(text, transaction=transaction).objections]


@pytest.mark.parametrize("transaction", [True, False])
@pytest.mark.parametrize(
    "text", ["", "-- nothing\n", "SELECT 1; SELECT 2", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END"]
)
def test_what_can_run_is_let_through(text, transaction):
    assert objections(text, transaction=transaction) == []


@pytest.mark.parametrize("transaction", [True, False])
@pytest.mark.parametrize("words", ["BEGIN", "COMMIT", "ROLLBACK", "START TRANSACTION", "SAVEPOINT", "SET TRANSACTION"])
def test_a_file_neither_opens_nor_ends_a_transaction(words, transaction):
    assert objections(f"SELECT 1; {words};", transaction=transaction) == [
        (
            "transaction-control",
            10,
            f"{words} in a migration: sqlmig opens and ends the transaction",
            f"take {words} out; a file that must not run in one transaction says: -- sqlmig: transaction off",
        )
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CREATE INDEX CONCURRENTLY i ON t (a)", "CREATE INDEX CONCURRENTLY"),
        ("DROP INDEX CONCURRENTLY i", "DROP INDEX CONCURRENTLY"),
        ("VACUUM t", "VACUUM"),
        ("CREATE DATABASE d", "CREATE DATABASE"),
    ],
)
def test_what_the_server_refuses_in_a_transaction_is_refused_before(text, words):
    message = f"{words} cannot run inside a transaction"
    assert objections(text) == [("needs-transaction-off", 0, message, OUTSIDE)]
    assert objections(text, transaction=False) == []


def test_an_index_that_nobody_could_find_again_is_refused():
    text = "SELECT 1;\nCREATE INDEX CONCURRENTLY ON t (a);"
    message = "the index has no name, so nobody can find it again after a crash"
    assert objections(text, transaction=False) == [("unnamed-index", 10, message, "name it")]


@pytest.mark.parametrize("transaction", [True, False])
@pytest.mark.parametrize(
    ("text", "offset", "message", "next"),
    [
        ("SELECT 1;\nCOPY t FROM stdin;\n1\t2\n\\.\n", 10, "COPY ... FROM stdin needs psql: its data are no SQL", ROWS),
        ("COPY t (a) FROM STDIN;\nit's\n\\.\n", 0, "COPY ... FROM stdin needs psql: its data are no SQL", ROWS),
        ("\\set x 1\nSELECT 1;", 0, "\\set is a command of psql, not SQL", PSQL),
        ("SELECT 1;\n\\i other.sql", 10, "\\i is a command of psql, not SQL", PSQL),
        ("\\echo it's", 0, "\\echo is a command of psql, not SQL", PSQL),
        ("\\", 0, "\\ is a command of psql, not SQL", PSQL),
        ("SELECT 'a;", 7, "this string is not closed: its closing ' is missing", "correct the file"),
        ('SELECT "a;', 7, 'this quoted identifier is not closed: its closing " is missing', "correct the file"),
        ("DO $$ BEGIN", 3, "this dollar-quoted string is not closed: its closing $$ is missing", "correct the file"),
        ("SELECT 1 /* a", 9, "this comment is not closed: its closing */ is missing", "correct the file"),
        ("SELECT '\0'", 8, "U+0000 cannot be stored by PostgreSQL", "correct the file"),
    ],
)
def test_what_is_no_sql_is_refused_with_the_better_of_two_reasons(text, offset, message, next, transaction):
    assert objections(text, transaction=transaction) == [("not-sql", offset, message, next)]


def test_a_text_that_cannot_be_cut_has_no_statements():
    assert examine("SELECT 1; SELECT 'a", transaction=True).statements == ()


def test_every_statement_is_looked_at():
    text = "BEGIN;\nVACUUM;\nCOMMIT;"
    assert [o[:2] for o in objections(text)] == [
        ("transaction-control", 0),
        ("transaction-control", 15),
        ("needs-transaction-off", 7),
    ]


def test_one_text_is_examined_once_for_all_targets():
    assert examine("SELECT 'shared'", transaction=True) is examine("SELECT 'shared'", transaction=True)
