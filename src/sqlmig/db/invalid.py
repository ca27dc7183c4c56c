"""INVALID indexes: what a CREATE INDEX, DROP INDEX or REINDEX CONCURRENTLY left that did not end."""

from __future__ import annotations

from collections.abc import Collection

from sqlmig.db.composing import text_of
from sqlmig.db.session import Session


def invalid_indexes(session: Session, schemas: Collection[str]) -> tuple[str, ...]:
    """The INVALID indexes of schemas, and of their tables' TOAST tables: qualified and quoted, in order.

    What somebody is building, rebuilding or dropping at this moment is not among them, nor are indexes of partitioned
    tables, which are INVALID until every partition has its own. One query, whatever the number of schemas.

    Args:
        session: the connection.
        schemas: by name.
    """
    if not schemas:
        return ()
    return tuple(row[0] for row in session.rows(text_of("invalid_indexes"), {"schemas": list(schemas)}))
