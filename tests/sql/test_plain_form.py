"""The form without CONCURRENTLY, and what a statement with it is about."""

import pytest

from sqlmig.sql.concurrent import plain_form, relation_of
from sqlmig.sql.reader import Name
from sqlmig.sql.statements import split

FORMS = [
    ("CREATE INDEX CONCURRENTLY i ON s.t (a)", "CREATE INDEX              i ON s.t (a)", Name("s", "t")),
    (
        "create unique index concurrently on only t (a)",
        "create unique index              on only t (a)",
        Name(None, "t"),
    ),
    ("DROP INDEX CONCURRENTLY IF EXISTS s.i", "DROP INDEX              IF EXISTS s.i", Name("s", "i")),
    ("DROP INDEX CONCURRENTLY i RESTRICT", "DROP INDEX              i RESTRICT", Name(None, "i")),
    ("REINDEX INDEX CONCURRENTLY i", "REINDEX INDEX              i", Name(None, "i")),
    ("REINDEX (VERBOSE) TABLE CONCURRENTLY t", "REINDEX (VERBOSE) TABLE              t", Name(None, "t")),
    # CONCURRENTLY as an option, and what is about more than one table
    ("REINDEX (CONCURRENTLY) TABLE t", None, Name(None, "t")),
    ("REINDEX SCHEMA CONCURRENTLY s", None, None),
    ("REINDEX DATABASE CONCURRENTLY", None, None),
    # what PostgreSQL refuses, and would do without the word
    ("DROP INDEX CONCURRENTLY i CASCADE", None, Name(None, "i")),
    ("DROP INDEX CONCURRENTLY i, j", None, None),
    # what has no such form
    ("CREATE INDEX i ON t (a)", None, Name(None, "t")),
    ("ALTER TABLE s.p DETACH PARTITION c CONCURRENTLY", None, Name("s", "p")),
    ("REFRESH MATERIALIZED VIEW CONCURRENTLY m", None, None),
    ("SELECT 'CREATE INDEX CONCURRENTLY'", None, None),
]


@pytest.mark.parametrize(("text", "plain", "relation"), FORMS, ids=[text for text, _, _ in FORMS])
def test_the_word_is_blanked_where_the_rest_does_the_same(text, plain, relation):
    statement = split(f"SELECT 1;\n{text};")[1]
    assert plain_form(statement) == plain
    assert relation_of(statement) == relation
