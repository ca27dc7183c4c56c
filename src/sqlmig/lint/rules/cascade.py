"""CASCADE."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_spared, needs_cascade
from sqlmig.lint.context import Context
from sqlmig.lint.differences import dropping, in_words
from sqlmig.lint.rule import rule
from sqlmig.lint.targets import Drop, target
from sqlmig.lint.values import Flag
from sqlmig.lint.words import listed
from sqlmig.project.directives import FileKind
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import Grant, GrantRole
from sqlmig.sql.operations.indexes import DropIndex
from sqlmig.sql.operations.objects import DropObject
from sqlmig.sql.operations.routines import DropRoutine
from sqlmig.sql.operations.rows import Truncate
from sqlmig.sql.operations.tables import DropColumn, DropConstraint, DropTable


@rule(Grant, GrantRole, DropIndex, DropObject, DropRoutine, DropTable, DropColumn, DropConstraint, Truncate)
def cascade(operation: Drop | Grant | GrantRole | Truncate, context: Context) -> Iterator[Flag]:
    """CASCADE behind DROP, TRUNCATE or REVOKE; of DROP SCHEMA and DROP OWNED their own rules speak.

    Effect: whatever depends on the object goes with it, unnamed, in other schemas too, and something else in each
    database: views, foreign keys, columns of a type with their values.

    Instead: leave it out. The server then refuses the statement, and says what depends on the object; drop that by
    name, where it shall go.

    Unless: the object is temporary, or made by the same migration (in a down file: by its up file).
    """
    if not operation.cascade:
        return
    if isinstance(operation, Grant | GrantRole):
        yield Flag(
            f"Whoever was granted these privileges by {listed([*map(quote_ident, operation.roles)])} loses them too,"
            " whoever that is.",
            "Leave CASCADE out: the server then refuses this if anybody would; revoke theirs by name:",
            _without_cascade(context),
        )
    elif isinstance(operation, Truncate):
        yield from _truncate(operation, context)
    else:
        yield from _drop(operation, context)


def _truncate(operation: Truncate, context: Context) -> Iterator[Flag]:
    emptied = {context.before.resolve(name): None for name in operation.tables}
    for name in (pending := list(emptied)):
        found = [table.name for table, _ in context.before.references_to(name) if table.name not in emptied]
        emptied |= dict.fromkeys(found)
        pending += found
    tables = [context.shown(name) for name in emptied]
    named, others = tables[: len(operation.tables)], tables[len(operation.tables) :]
    known = f": {listed(others)}, as far as the migrations show" if others else "; the migrations show none"
    yield Flag(
        f"CASCADE empties as well every table whose foreign keys lead to {listed(named)}{known}.",
        "Name the tables that shall be emptied; the server refuses it if one is missing:",
        f"TRUNCATE {', '.join(tables)};",
    )


def _drop(operation: Drop, context: Context) -> Iterator[Flag]:
    dropped = target(operation, context)
    # What a repeatable drops IF EXISTS is what its last run made.
    known_absent = dropped.if_exists and context.file.kind is not FileKind.REPEATABLE
    if is_spared(dropped.found, context, if_exists=known_absent):
        return
    others = needs_cascade(context)
    if others:
        known = listed([in_words(other, context.file) for other in others])
        yield Flag(
            f"With {dropped.name} goes whatever depends on it: {known}, and what the migrations do not show.",
            "Drop by name what shall go, each where nobody uses it any more:",
            f"{dropping(others, context.file)}\n{_without_cascade(context)}",
        )
    else:
        yield Flag(
            f"With {dropped.name} goes whatever depends on it. The migrations show nothing, but a database may.",
            "Leave CASCADE out: the server then refuses this if anything does, and says what:",
            _without_cascade(context),
        )


def _without_cascade(context: Context) -> str:
    return context.rewritten("CASCADE", "").replace(" ;", ";")
