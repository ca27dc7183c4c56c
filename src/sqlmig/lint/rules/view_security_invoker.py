"""Views that read for their owner."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context, FileContext, Occurrence
from sqlmig.lint.rowsecurity import protected_behind
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Edit, Fix, Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.definitions import Option
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.indexes import CreateView
from sqlmig.sql.operations.tables import SetOptions
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.objects import View
from sqlmig.sql.schema.tables import Table

_OPTION = "security_invoker"


@file_rule()
def view_security_invoker(file: FileContext) -> Iterator[Flag]:
    """A view over tables with row level security that does not have `security_invoker = true`.

    CREATE OR REPLACE VIEW without the option, ALTER VIEW ... RESET and SET (security_invoker = false) take it away.

    Effect: the view reads with the rights of its owner: the policies that count are those for the owner, not those for
    whoever asks. An owner that row level security does not bind shows all tenants' rows to everybody.

    Instead: WITH (security_invoker = true).

    Unless: the view is temporary. Where row level security of all its tables is forced it is a warning: then policies
    bind the owner too, unless it is a superuser or has BYPASSRLS.

    Since: 15.
    """
    if file.settings.postgres < 15 or is_down(file.file):
        return
    for name, occurrence in _last(file).items():
        view = file.end.views.get(name)
        if view is None and isinstance(occurrence.operation, SetOptions) and name not in occurrence.before.views:
            view = View(name=name, options=_set_by(occurrence.operation))
        if view is None or view.materialized or view.temporary or _is_on(view):
            continue
        tables = protected_behind(view.reads or (), file)
        unknown = view.query is None and file.settings.row_level
        if tables or unknown:
            yield _flag(view, tables, file.context(occurrence))


def _last(file: FileContext) -> dict[Name, Occurrence]:
    """What the file did last to the option of each view."""
    found: dict[Name, Occurrence] = {}
    for occurrence in file.running(CreateView, SetOptions):
        match occurrence.operation:
            case CreateView(view=name, temporary=temporary):
                found[occurrence.before.resolve_new(name, temporary=temporary)] = occurrence
            case SetOptions(table=name, kind=Kind.VIEW, options=options) if any(o.name == _OPTION for o in options):
                found[occurrence.before.resolve(name)] = occurrence
    return found


def _set_by(operation: SetOptions) -> tuple[Option, ...]:
    """The options that ALTER VIEW sets; of a view that no migration made that is all that is known."""
    return () if operation.reset else operation.options


def _is_on(view: View) -> bool:
    option = view.option(_OPTION)
    return option is not None and option.on


def _flag(view: View, tables: tuple[Table, ...], context: Context) -> Flag:
    operation, shown = context.occurrence.operation, context.shown(view.name)
    over = listed([context.shown(table.name) for table in tables]) or "what it reads"
    forced = bool(tables) and all(table.forced_row_security for table in tables)
    before = context.before.views.get(view.name)
    lost = before is not None and _is_on(before)
    inserted = _with_option(operation, context) if isinstance(operation, CreateView) else None
    text = context.occurrence.statement.text
    if_exists = "IF EXISTS " if isinstance(operation, SetOptions) and operation.if_exists else ""
    return Flag(
        f"{shown} {'from now on reads' if lost else 'reads'} {over} as its owner, not as the role that asks: the"
        " policies for that role do not count.",
        "Let it read as the role that asks:",
        f"{text[: inserted - context.occurrence.statement.start]}{_WITH}"
        f"{text[inserted - context.occurrence.statement.start :]};"
        if inserted is not None
        else f"ALTER VIEW {if_exists}{shown} SET ({_OPTION} = true);",
        at=operation.at,
        severity=Severity.WARNING if forced else Severity.ERROR,
        fix=_fix(inserted, context),
    )


_WITH = "WITH (security_invoker = true) "


def _with_option(operation: CreateView, context: Context) -> int | None:
    """Where the option can be put in: before AS, when the view has no options."""
    words = [token for token in context.occurrence.statement.tokens if token.start < operation.query.start]
    behind = next((token for token in reversed(words) if token.word == "as"), None)
    return None if behind is None or operation.options else behind.start


def _fix(inserted: int | None, context: Context) -> Fix | None:
    here = context.occurrence
    if inserted is None or here.statement is not here.outer:
        return None
    return Fix("add security_invoker", (Edit(inserted, inserted, _WITH),))
