"""What statements of a tenant track touch that all tenants share: such a step runs in one target at a time.

The linter's vocabulary is imported when there is something to ask: a run with nothing to do does not pay for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from sqlmig.sql.statements import Statement

if TYPE_CHECKING:
    from sqlmig.sql.bodies import BodyStatements
    from sqlmig.sql.operations.base import Operation
    from sqlmig.sql.schema.state import SchemaState

NEWEST = 18
"""The server version that locks are looked up for, unless the caller knows better."""


def shared_objects(
    statements: Sequence[Statement],
    schema: str,
    search_path: Sequence[str] = (),
    *,
    shared_schemas: Collection[str] = (),
    postgres: int = NEWEST,
    before: SchemaState | None = None,
) -> tuple[str, ...]:
    """What statements touch that all tenants share, as short phrases for a plan; each once, in the order of the text.

    A name with another schema than the target's is shared; one without a schema is the target's own, unless it was made
    elsewhere. A database-wide object whose name has the target's schema in it is the target's own. Reading is no
    matter, nor are privileges on own objects. What runs inside DO counts, what a function would do does not.

    Args:
        statements: of one rendered file.
        schema: the target's.
        search_path: the schemas behind it.
        shared_schemas: those that are known to be shared. They matter for statements that are not understood: without
            them every word in front of a dot may be a schema.
        postgres: the server's major version.
        before: the schema before the file, as the linter replays it. Without it only the file itself tells which of
            the target's tables have foreign keys to shared ones, so that dropping such a table goes unseen.
    """
    if not statements:
        return ()
    from sqlmig.sql.sharing.touches import touches
    from sqlmig.sql.sharing.unread import unread_text

    known = frozenset(shared_schemas) | (frozenset(search_path) | {"public"} if shared_schemas else frozenset())
    known -= {schema}
    found: dict[str, None] = {}
    for event in _run(statements, _start(schema, search_path, before)):
        if isinstance(event, str):
            phrases = unread_text(event, schema, known)
        else:
            operation, statement, state = event
            phrases = touches(operation, statement, state, postgres=postgres, shared=known)
        found |= dict.fromkeys(phrases)
    return tuple(found)


# --- what runs ---


def _start(schema: str, search_path: Sequence[str], before: SchemaState | None) -> SchemaState:
    from sqlmig.sql.schema.state import SchemaState

    return before or SchemaState(home=schema, search_path=tuple(search_path))


def _run(
    statements: Sequence[Statement], state: SchemaState
) -> Iterator[tuple[Operation, Statement, SchemaState] | str]:
    """The operations that run, each with its statement and the schema before it; of a body nobody can read, its text.

    A DO block runs; the body of a function does not.
    """
    from sqlmig.sql.bodies import body_statements
    from sqlmig.sql.operations.routines import Do
    from sqlmig.sql.parser import parse
    from sqlmig.sql.replay import replay
    from sqlmig.sql.replaying.passes import carried_out

    for statement in statements:
        for operation in carried_out(parse(statement)):
            yield operation, statement, state
            state = replay(state, operation)
            if isinstance(operation, Do):
                for event in _inside(body_statements(operation)):
                    if isinstance(event, str):
                        yield event
                        continue
                    yield (*event, state)
                    state = replay(state, event[0])


def _inside(body: BodyStatements) -> Iterator[tuple[Operation, Statement] | str]:
    from sqlmig.sql.operations.routines import Do

    for one in body.statements:
        for operation in one.operations:
            yield operation, one.statement
        for inner in one.inner:
            if isinstance(inner.of, Do):
                yield from _inside(inner)
    if body.unread and isinstance(body.of, Do):
        yield body.of.body.text
