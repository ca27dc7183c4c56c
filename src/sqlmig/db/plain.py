"""The plain form of CREATE INDEX, DROP INDEX and REINDEX CONCURRENTLY, for tables that are small.

There it takes moments, and a transaction: it waits for no old snapshot elsewhere in the database, and leaves nothing
INVALID behind.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmig.db.composing import compose, text_of
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.db.underway import Underway
from sqlmig.sql.concurrent import plain_form, relation_of
from sqlmig.sql.statements import Statement

_TABLE, _MATERIALIZED_VIEW, _INDEX = "r", "m", "i"
_COUNTING = {"lock_timeout": "200ms", "statement_timeout": "2s", "row_security": "off"}
"""Counting may not keep anybody waiting. Rows that row level security hides would count as none: then it fails."""
_NOT_IN_A_MOMENT = {
    "55P03",  # lock_not_available: somebody alters the table
    "57014",  # query_canceled: it has more dead rows than the limit lets read
    "42501",  # insufficient_privilege: not all rows may be seen
}


@dataclass(frozen=True, slots=True)
class Located:
    """The table that a statement about an index is on."""

    oid: int
    schema: str
    name: str
    kind: str
    """As pg_class.relkind has it."""
    populated: bool
    """Whether a materialized view has been filled."""
    named_kind: str
    """The relkind of what the statement names: of the table itself, or of an index on it."""

    @property
    def label(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"


def locate(session: Session, statement: Statement) -> Located | None:
    """The table that a statement about an index, or a partition, is on; None when it is not there, or names none."""
    name = relation_of(statement)
    if name is None:
        return None
    rows = session.rows(text_of("located"), {"schema": name.schema, "name": name.name})
    return Located(*rows[0]) if rows else None


def plain_text(run: Underway, statement: Statement, table: Located | None) -> str | None:
    """The statement without CONCURRENTLY, if that is what it shall run as; offsets in it stay.

    Args:
        run: the step; outside of a transaction.
        statement: one with CONCURRENTLY in it.
        table: that it is on.
    """
    most = run.context.config.apply.concurrently_above
    text = plain_form(statement)
    if text is None or table is None or most == 0 or table.schema != run.step.target.schema:
        return None
    # The server refuses CONCURRENTLY on a partitioned table; without it, the statement would lock every partition.
    if table.kind not in (_TABLE, _MATERIALIZED_VIEW) or table.named_kind not in (table.kind, _INDEX):
        return None
    return text if not table.populated or _is_small(run.session, table, most) else None


def _is_small(session: Session, table: Located, most: int) -> bool:
    """Whether a table has at most so many rows; no, when that cannot be found out in a moment."""
    count = compose(
        "SELECT count(*) FROM (SELECT FROM ONLY {schema}.{name} LIMIT %(limit)s) AS read",
        schema=table.schema,
        name=table.name,
    )
    try:
        session.run("BEGIN READ ONLY")
        session.set_local(_COUNTING)
        rows = session.value(count, {"limit": most + 1})
    except ServerRefused as error:
        if error.said.sqlstate not in _NOT_IN_A_MOMENT:
            raise
        rows = most + 1
    session.rollback()
    return bool(rows <= most)
