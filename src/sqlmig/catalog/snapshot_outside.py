"""What a tenant has outside of its schema: casts of its types, its tables in publications. No snapshot makes those."""

from __future__ import annotations

from sqlmig.catalog.aspects import Aspect, Part
from sqlmig.catalog.difference import Difference, compared
from sqlmig.catalog.schema_names import OwnName
from sqlmig.db.composing import quoted, text_of
from sqlmig.db.session import Session


def outside_differences(session: Session, one: str, other: str) -> tuple[Difference, ...]:
    """In what two schemas differ that is in neither, and is no part of their fingerprints.

    Raises:
        ServerRefused: the server refused.
    """
    return compared(_outside(session, one), _outside(session, other))


def _outside(session: Session, schema: str) -> tuple[Part, ...]:
    own = OwnName(schema)
    with session.reading():
        # What is in the schema is called without it.
        session.set_local({"search_path": quoted(schema, "pg_catalog")})
        rows = session.rows(text_of("snapshot_outside"), {"schema": schema})
    return tuple(Part(Aspect.OTHERS, own.out_of_all(name), "is there") for (name,) in rows)
