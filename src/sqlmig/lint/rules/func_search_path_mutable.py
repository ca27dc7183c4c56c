"""Functions that run with their caller's search_path."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.functions import written_routines
from sqlmig.lint.rule import file_rule
from sqlmig.lint.rules.secdef_no_search_path import search_path_set
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.project.model import Scope


@file_rule(severity=Severity.WARNING, pack=Pack.STRICT)
def func_search_path_mutable(file: FileContext) -> Iterator[Flag]:
    """A function or procedure without SET search_path at the end of the migration.

    Effect: what its names mean depends on who calls it.

    Instead: SET search_path, or schemas in front of all names and an empty search_path.

    Unless: its body is written as RETURN or BEGIN ATOMIC, or it is SECURITY DEFINER (see secdef-no-search-path); nor in
    tenant tracks where each tenant has a schema: there the names are meant to follow the tenant. A function in SQL with
    SET is not inlined any more.
    """
    if file.settings.schema_per_tenant and file.file.scope is Scope.TENANT:
        return
    for written in written_routines(file):
        routine = written.routine
        if routine.language not in ("sql", "plpgsql") or routine.sql_body is not None or routine.security_definer:
            continue
        if routine.setting("search_path") is None:
            yield Flag(
                f"What the names in {written.shown} mean depends on its caller's search_path.",
                "Fix its search_path:",
                search_path_set(written),
                at=written.context.occurrence.operation.at,
            )
