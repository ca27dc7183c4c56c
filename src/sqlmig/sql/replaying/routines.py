"""Functions, procedures and aggregates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlmig.sql.definitions import Setting, TypeName
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.routines import AlterRoutine, CreateRoutine, DropRoutine
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying import removal
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.schema.objects import Routine


def create_routine(draft: Draft, operation: CreateRoutine) -> None:
    """CREATE [OR REPLACE] FUNCTION and PROCEDURE: it takes the place of one with the same argument types."""
    name = draft.state.resolve_new(operation.name)
    arguments = tuple(argument.replaced(type=draft.state.known_type(argument.type)) for argument in operation.arguments)
    routine = Routine(
        name=name,
        kind=operation.kind,
        arguments=arguments,
        returns=draft.state.known_type(operation.returns),
        language=operation.language,
        security_definer=operation.security_definer,
        volatility=operation.volatility,
        strict=operation.strict,
        leakproof=operation.leakproof,
        parallel=operation.parallel,
        settings=operation.settings,
        body=operation.body,
        sql_body=operation.sql_body,
        made_by=draft.origin,
    )
    known = draft.state.routines.get(name, ())
    others = tuple(other for other in known if not same_types(other.argument_types, routine.argument_types))
    draft.put("routines", name, (*others, routine))


def same_types(one: Sequence[TypeName], other: Sequence[TypeName]) -> bool:
    """Whether two lists of argument types are the same to PostgreSQL: modifiers do not count."""
    return len(one) == len(other) and all(map(_same_type, one, other))


def _same_type(one: TypeName, other: TypeName) -> bool:
    def plain(type_name: TypeName) -> tuple[str | None, str, bool]:
        schema = None if type_name.schema == "pg_catalog" else type_name.schema
        return schema, type_name.name, type_name.dimensions > 0

    return plain(one) == plain(other)


def meant(draft: Draft, name: Name, arguments: tuple[TypeName, ...] | None) -> list[Routine]:
    """The routine that a name with its argument types means; the only one of its name when none are written."""
    known = draft.state.routine(name)
    if arguments is None:
        return list(known) if len(known) == 1 else []
    types = [draft.state.known_type(argument) or argument for argument in arguments]
    return [routine for routine in known if same_types(routine.argument_types, types)]


def alter_routine(draft: Draft, operation: AlterRoutine) -> None:
    """ALTER FUNCTION and PROCEDURE: what it does not say stays."""
    fields = ("security_definer", "volatility", "strict", "leakproof", "parallel")
    said = {field: value for field in fields if (value := getattr(operation, field)) is not None}
    for routine in meant(draft, operation.name, operation.arguments):
        settings = _changed_settings(routine.settings, operation.settings)
        changed = routine.replaced(**said, settings=settings)
        overloads = draft.state.routines[routine.name]
        draft.put("routines", routine.name, tuple(changed if other is routine else other for other in overloads))


def _changed_settings(settings: tuple[Setting, ...], changes: tuple[Setting, ...]) -> tuple[Setting, ...]:
    for change in changes:
        if change.name == "all" and change.values is None:
            settings = ()
            continue
        settings = tuple(setting for setting in settings if setting.name != change.name)
        if change.values is not None:
            settings = (*settings, change)
    return settings


def drop_routine(draft: Draft, operation: DropRoutine) -> None:
    """DROP FUNCTION, PROCEDURE, ROUTINE, AGGREGATE; with CASCADE the triggers that call it."""
    name = draft.state.resolve_routine(operation.name)
    for routine in meant(draft, operation.name, operation.arguments):
        removal.drop_routine(draft, routine)
    draft.take("objects", (Kind.AGGREGATE, name))
    if operation.cascade and name not in draft.state.routines:
        removal.drop_triggers_of(draft, name)
    draft.drop(Kind.ROUTINE, name)


HANDLERS: Final[dict[type, Handler]] = {
    CreateRoutine: create_routine,
    AlterRoutine: alter_routine,
    DropRoutine: drop_routine,
}
