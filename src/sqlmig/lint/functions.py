"""What rules share about functions: those that do not come with PostgreSQL, and those that a file leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context, FileContext, Occurrence
from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.calls import FunctionCall
from sqlmig.sql.expressions.volatility import volatility
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.routines import AlterRoutine, CreateRoutine
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.objects import Routine
from sqlmig.sql.schema.texts import type_text
from sqlmig.sql.tokens import tokenize

# --- those that a file leaves behind ---


@dataclass(frozen=True, slots=True)
class WrittenRoutine:
    """A function or procedure that a file creates or alters, as it is at the end of the file."""

    routine: Routine
    context: Context
    """Where it was written last."""

    @property
    def shown(self) -> str:
        """`deal_total(uuid)`, as the author would write it."""
        name = self.routine.name
        plain = quote_ident(name.name) if name.schema == self.context.file.schema else str(name)
        return f"{plain}({', '.join(map(type_text, self.routine.argument_types))})"

    @property
    def word(self) -> str:
        """`FUNCTION` or `PROCEDURE`."""
        return "PROCEDURE" if self.routine.kind is Kind.PROCEDURE else "FUNCTION"


def written_routines(file: FileContext) -> Iterator[WrittenRoutine]:
    """Each routine that the file creates or alters and leaves there, once; overloads are routines of their own.

    None in a down file: what it brings back was there before, and is no finding of its own.
    """
    if is_down(file.file):
        return
    found: dict[Name, list[Occurrence]] = {}
    for occurrence in file.running(CreateRoutine, AlterRoutine):
        operation = occurrence.operation
        if isinstance(operation, CreateRoutine):
            found.setdefault(occurrence.before.resolve_new(operation.name), []).append(occurrence)
        elif isinstance(operation, AlterRoutine):
            found.setdefault(occurrence.before.resolve_routine(operation.name), []).append(occurrence)
    for name, occurrences in found.items():
        for routine in file.end.routines.get(name, ()):
            last = [one for one in occurrences if writes(one, routine)]
            if last:
                yield WrittenRoutine(routine, file.context(last[-1]))


def writes(occurrence: Occurrence, routine: Routine) -> bool:
    """Whether CREATE or ALTER FUNCTION is about this overload, as far as the names of its argument types tell."""
    operation = occurrence.operation
    if isinstance(operation, CreateRoutine):
        types = [argument.type for argument in operation.arguments if argument.mode in _INPUT]
    elif isinstance(operation, AlterRoutine) and operation.arguments is not None:
        types = [*operation.arguments]
    else:
        return True
    return [one.name for one in types] == [one.name for one in routine.argument_types]


_INPUT = ("in", "inout", "variadic")


# --- those that do not come with PostgreSQL ---


def is_own_function(call: FunctionCall) -> bool:
    """Whether a function is none of pg_catalog's: the project's own, or an extension's."""
    if call.name.schema is not None:
        return call.name.schema != "pg_catalog"
    return not _is_builtin(call.name.name)


@cache
def _is_builtin(name: str) -> bool:
    text = f"{quote_ident(name)}()"
    return volatility(Expression(text=text, start=0, tokens=tokenize(text).tokens)) is not None
