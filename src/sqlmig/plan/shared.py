"""What statements of a tenant track touch that all tenants share: such a step runs in one target at a time.

The linter's vocabulary is imported when there is something to ask: a run with nothing to do does not pay for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from sqlmig.sql.statements import Statement

if TYPE_CHECKING:
    from sqlmig.sql.bodies import BodyStatements
    from sqlmig.sql.definitions import ForeignKey
    from sqlmig.sql.operations.base import Operation
    from sqlmig.sql.reader import Name
    from sqlmig.sql.schema.state import SchemaState

NEWEST = 18
"""The server version that locks are looked up for, unless the caller knows better."""

FOREIGN_KEY_RULE = "fk-to-shared-table"
"""The rule of the linter that is about foreign keys to shared tables."""


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


def split_advice(
    statements: Sequence[Statement], schema: str, search_path: Sequence[str] = (), *, before: SchemaState | None = None
) -> str | None:
    """How to split a file that does other work besides a foreign key to a shared table; None for one that does not.

    The key's lock on the shared table lasts until the transaction ends, so everything else in the file makes all other
    tenants wait. The linter's rule fk-to-shared-table says the same while the file is written; this is for a plan.
    """
    from sqlmig.sql.operations.routines import Do
    from sqlmig.sql.operations.session import SetParameter
    from sqlmig.sql.operations.tables import AddConstraint
    from sqlmig.sql.sharing.elsewhere import is_elsewhere
    from sqlmig.sql.sharing.touches import foreign_keys

    keys: list[tuple[Name, ForeignKey]] = []
    other_work = False
    for event in _run(statements, _start(schema, search_path, before)):
        if isinstance(event, str):
            continue
        operation, _, state = event
        added = [key for key in foreign_keys(operation) if is_elsewhere(state.resolve(key.references), schema)]
        table: Name | None = getattr(operation, "table", None)
        if table is not None:
            keys += [(table, key.replaced(references=state.resolve(key.references))) for key in added]
        only_adds = bool(added) and isinstance(operation, AddConstraint)
        other_work = other_work or not (only_adds or isinstance(operation, SetParameter | Do))
    return _advice(keys) if keys and other_work else None


def _advice(keys: Sequence[tuple[Name, ForeignKey]]) -> str:
    tables = ", ".join(dict.fromkeys(str(key.references) for _, key in keys))
    adds = "\n".join(f"ALTER TABLE {table} ADD {_definition(table, key)};" for table, key in keys)
    validates = "\n".join(f"ALTER TABLE {table} VALIDATE CONSTRAINT {_name(table, key)};" for table, key in keys)
    return (
        f"The foreign key locks {tables} until everything in this file has committed, and the other tenants wait."
        f" Put the key into a file of its own:\n{adds}\nand its validation into a later one:\n{validates}"
    )


def _definition(table: Name, key: ForeignKey) -> str:
    from sqlmig.sql.definitions import ReferentialAction
    from sqlmig.sql.identifiers import quote_ident

    def listed(names: Sequence[str]) -> str:
        return f"({', '.join(map(quote_ident, names))})"

    columns = f" {listed(key.referenced_columns)}" if key.referenced_columns else ""
    actions = "".join(
        f" ON {event} {action.value.upper()}"
        for event, action in (("DELETE", key.on_delete), ("UPDATE", key.on_update))
        if action is not ReferentialAction.NO_ACTION
    )
    return (
        f"CONSTRAINT {_name(table, key)} FOREIGN KEY {listed(key.columns)}"
        f" REFERENCES {key.references}{columns}{actions} NOT VALID"
    )


def _name(table: Name, key: ForeignKey) -> str:
    from sqlmig.sql.identifiers import quote_ident
    from sqlmig.sql.schema.naming import choose_name, joined_columns

    chosen = key.name or choose_name(table.name, joined_columns(key.columns), "fkey", lambda _name: False)
    return quote_ident(chosen)


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
