"""EXPLAIN."""

from __future__ import annotations

from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.session import Explain
from sqlmig.sql.operations.tables import CreateTableAs
from sqlmig.sql.parse import rows, session, tables, views
from sqlmig.sql.parse.maintenance import is_on, utility_options
from sqlmig.sql.parse.pieces import NotUnderstood, expect
from sqlmig.sql.parse.queries import starts_query
from sqlmig.sql.reader import Reader

Operations = tuple[Operation, ...]


def explain(r: Reader) -> Operations:
    """Read EXPLAIN; with ANALYZE what the statement does follows."""
    at = r.at
    expect(r, "explain")
    if r.is_symbol("(") and not starts_query(r):
        given = utility_options(r)
        runs = is_on(given, "analyze") or is_on(given, "analyse")
    else:
        runs = bool(r.one_of("analyze", "analyse"))
        r.accept("verbose")
    operations = _explained(r)
    done = Explain(analyze=runs, at=at)
    return (done, *operations) if runs else (done,)


def _explained(r: Reader) -> Operations:
    """Read what EXPLAIN can explain (ExplainableStmt)."""
    match r.word:
        case "declare" | "execute":
            return session.command(r)
        case "refresh":
            return views.refresh(r)
        case "create":
            return _explained_creation(r)
        case _:
            return rows.with_(r)


def _explained_creation(r: Reader) -> Operations:
    """Read CREATE TABLE AS or CREATE MATERIALIZED VIEW; nothing else that is created has a plan."""
    at = r.at
    materialized = "materialized" in (r.word_ahead(1), r.word_ahead(2))
    operations = views.create_view(r) if materialized else tables.create_table(r)
    if not materialized and not isinstance(operations[-1], CreateTableAs):
        raise NotUnderstood("only CREATE TABLE AS can be explained", at)
    return operations
