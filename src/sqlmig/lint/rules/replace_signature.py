"""Views and functions that are replaced by something else."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import contracts, everywhere, is_down, is_own
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.signatures import lost, refusal, serves_callers, signature, takes_calls_of
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.indexes import CreateMaterializedView, CreateView
from sqlmig.sql.operations.routines import CreateRoutine
from sqlmig.sql.replay import replay
from sqlmig.sql.replaying.routines import same_types
from sqlmig.sql.schema.objects import Routine


@rule(CreateView, CreateMaterializedView, CreateRoutine, severity=Severity.WARNING)
def replace_signature(
    operation: CreateView | CreateMaterializedView | CreateRoutine, context: Context
) -> Iterator[Flag]:
    """A view or a routine in place of an earlier one, with fewer columns, other arguments or another result.

    CREATE OR REPLACE counts, and so does DROP with CREATE. So does an overload that makes calls ambiguous, and what
    CREATE OR REPLACE FUNCTION sets back because it does not say it again: SECURITY DEFINER, STABLE, STRICT, SET.

    Effect: code that reads such a column or makes such a call fails. Some of it the server refuses at once.

    Instead: add columns at the end and arguments with defaults; for anything else use another name until no code uses
    the old one.

    Unless: what is replaced is made by the same migration. With `-- sqlmig: phase contract` it is an info. A down file
    may bring an old definition back.
    """
    if isinstance(operation, CreateRoutine):
        yield from _routine(operation, context)
    elif not (isinstance(operation, CreateView) and operation.temporary):
        yield from _view(operation, context)


def _view(operation: CreateView | CreateMaterializedView, context: Context) -> Iterator[Flag]:
    name = context.before.resolve_new(operation.view)
    made = replay(context.before, operation).views.get(name)
    there, earlier = context.before.views.get(name), context.whole.start.views.get(name)
    new = made.columns if made is not None else None
    if new is None:
        return
    shown = context.shown(name)
    if there is not None and there.columns is not None and isinstance(operation, CreateView):
        moved = [column for place, column in enumerate(there.columns) if new[place : place + 1] != (column,)]
        if moved:
            columns = listed([*map(quote_ident, moved)])
            yield Flag(
                f"The server refuses this: view {shown} has {columns}, which CREATE OR REPLACE VIEW can neither take"
                " away nor move nor rename.",
                "Keep its columns in their order, and add new ones behind them; otherwise make a view by another name.",
                severity=Severity.ERROR,
            )
    elif there is None and earlier is not None and earlier.columns is not None:
        gone = [f"{shown}.{quote_ident(column)}" for column in earlier.columns if column not in new]
        if gone:
            yield from _breaks(f"Code that reads {listed(gone)} fails", context)


def _routine(operation: CreateRoutine, context: Context) -> Iterator[Flag]:
    name = context.before.resolve_new(operation.name)
    made = replay(context.before, operation).routines[name][-1]
    shown = context.shown(operation.name)
    others = context.before.routines.get(name, ())
    same = next((one for one in others if same_types(one.argument_types, made.argument_types)), None)
    if same is not None:
        if operation.or_replace:
            yield from _in_place_of(same, made, shown, context)
        return
    after = context.end.routines.get(name, ())
    for other in others:
        if other in after and (takes_calls_of(other, made) or takes_calls_of(made, other)):
            yield Flag(
                f"{signature(other, shown)} stays beside {signature(made, shown)}: a call that fits both fails, because"
                f" the server cannot choose{everywhere(context)}.",
                "Drop the old one in the same migration, or give the new one another name.",
                severity=Severity.ERROR,
            )
    if others:
        return
    for earlier in context.whole.start.routines.get(name, ()):
        if not is_own(earlier.made_by, context.file) and not any(serves_callers(earlier, one) for one in after):
            yield from _breaks(f"Code that calls {signature(earlier, shown)} as it was fails", context)


def _in_place_of(old: Routine, new: Routine, shown: str, context: Context) -> Iterator[Flag]:
    refused = refusal(old, new)
    if refused is not None:
        yield Flag(
            f"The server refuses this in place of the {signature(old, shown)} that is there: {refused}.",
            "Make a second one by another name, and move the callers.",
            severity=Severity.ERROR,
        )
    elif not is_down(context.file) and not is_own(old.made_by, context.file):
        written = frozenset(token.word for token in context.occurrence.statement.tokens)
        found = list(lost(old, new, written))
        if found:
            yield Flag(
                f"{signature(new, shown)} loses {listed([words for words, _ in found])}: CREATE OR REPLACE sets back"
                " what it does not repeat.",
                "Say it again in this statement:",
                "\n".join(sql for _, sql in found),
            )


def _breaks(message: str, context: Context) -> Iterator[Flag]:
    if is_down(context.file):
        return
    said = f"{message} from now on{everywhere(context)}."
    if contracts(context.file):
        yield Flag(said, severity=Severity.INFO)
    else:
        yield Flag(said, "Make a second one by another name, move the code, and drop the old one then.")
