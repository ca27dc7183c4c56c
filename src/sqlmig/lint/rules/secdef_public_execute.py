"""Functions that run with their owner's rights for everybody."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext, Occurrence
from sqlmig.lint.functions import WrittenRoutine, writes, written_routines
from sqlmig.lint.lookup import ROUTINES
from sqlmig.lint.rowsecurity import to_roles
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.definitions import PUBLIC
from sqlmig.sql.operations.access import AlterDefaultPrivileges, Grant
from sqlmig.sql.operations.routines import AlterRoutine, CreateRoutine
from sqlmig.sql.reader import Name


@file_rule(severity=Severity.WARNING)
def secdef_public_execute(file: FileContext) -> Iterator[Flag]:
    """A new SECURITY DEFINER function or procedure that PUBLIC may execute at the end of the migration.

    Effect: every role that may use the schema can run it with the owner's rights: PUBLIC has EXECUTE on what is new.

    Instead: REVOKE EXECUTE ... FROM PUBLIC in the same migration, and GRANT it to the roles that need it.

    Unless: it is a trigger's function, which nobody can call; CREATE OR REPLACE of a function that was there keeps its
    grants.
    """
    for written in written_routines(file):
        routine, operation = written.routine, written.context.occurrence.operation
        result = routine.returns.name if routine.returns is not None else ""
        if not routine.security_definer or result in ("trigger", "event_trigger"):
            continue
        altered = isinstance(operation, AlterRoutine) and operation.security_definer is True
        public = _public_executes(written, file)
        if public is False or (public is None and not altered):
            continue
        roles = file.settings.lint.app_roles
        called = f"{written.word} {written.shown}"
        doubt = ", unless a migration before this one has revoked it" if public is None else ""
        yield Flag(
            f"Every role that may use its schema can call {written.shown}, and it runs with its owner's rights{doubt}.",
            "Add to this migration:",
            f"REVOKE EXECUTE ON {called} FROM PUBLIC;\n"
            f"GRANT EXECUTE ON {called}{to_roles(roles) or ' TO <the role that needs it>'};",
            at=operation.at,
        )


def _public_executes(written: WrittenRoutine, file: FileContext) -> bool | None:
    """Whether PUBLIC can execute it in the end, by what this file says; None when the file says nothing of it."""
    public, by_default = None, True
    for occurrence in file.running(CreateRoutine, Grant, AlterDefaultPrivileges):
        match occurrence.operation:
            case CreateRoutine(name=name) if _is_made(name, occurrence, written):
                public = by_default
            case AlterDefaultPrivileges(schemas=(), grant=grant) if _is_about_public(grant):
                # One IN SCHEMA cannot take away what PUBLIC has everywhere.
                by_default = not grant.revoke
            case Grant() as grant if _is_about_public(grant) and _names(grant, occurrence, written):
                public = not grant.revoke
    return public


def _is_made(name: Name, occurrence: Occurrence, written: WrittenRoutine) -> bool:
    """Whether it is made there, and was not there before: one that is replaced keeps its grants."""
    if occurrence.before.resolve_new(name) != written.routine.name or not writes(occurrence, written.routine):
        return False
    before = occurrence.before.routines.get(written.routine.name, ())
    types = [one.name for one in written.routine.argument_types]
    return all([one.name for one in other.argument_types] != types for other in before)


def _is_about_public(grant: Grant) -> bool:
    execute = any(privilege.name in ("execute", "all") for privilege in grant.privileges)
    return PUBLIC in grant.roles and grant.kind in ROUTINES and execute and not grant.grant_option


def _names(grant: Grant, occurrence: Occurrence, written: WrittenRoutine) -> bool:
    name = written.routine.name
    there = bool(occurrence.before.routines.get(name))
    return there and (
        name.schema in grant.all_in_schemas
        or any(occurrence.before.resolve_routine(one) == name for one in grant.objects)
    )
