"""Functions that run with their owner's rights, and with their caller's search_path."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.functions import WrittenRoutine, written_routines
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.project.model import Scope
from sqlmig.sql.identifiers import quote_ident


@file_rule()
def secdef_no_search_path(file: FileContext) -> Iterator[Flag]:
    """A SECURITY DEFINER function or procedure without SET search_path at the end of the migration.

    Effect: whoever calls it sets search_path first, puts a table, a function or an operator of his own in front of the
    one that is meant, and it runs with the rights of the owner: around row level security, too.

    Instead: SET search_path, the function's own schema first and pg_temp last; or an empty one, and schemas written in
    front of all names.

    Unless: its body is written as RETURN or BEGIN ATOMIC, where names are looked up once, when it is made; or it is in
    C.
    """
    for written in written_routines(file):
        routine = written.routine
        checked = routine.sql_body is None and routine.language not in ("c", "internal")
        if routine.security_definer and checked and routine.setting("search_path") is None:
            yield Flag(
                f"{written.shown} runs with its owner's rights and its caller's search_path: a caller can put his own"
                " table or function in front of the one that it means.",
                "Fix its search_path, pg_temp last:",
                search_path_set(written),
                at=written.context.occurrence.operation.at,
            )


def search_path_set(written: WrittenRoutine) -> str:
    """The statement that fixes the search_path of a routine: its own schema, and those that migrations see."""
    file, name = written.context.file, written.routine.name
    own = file.scope is Scope.TENANT and name.schema == file.schema
    schema = "{{ schema }}" if own else quote_ident(name.schema or "")
    path = [schema, *map(quote_ident, written.context.settings.search_path), "pg_temp"]
    return f"ALTER {written.word} {written.shown} SET search_path = {', '.join(path)};"
