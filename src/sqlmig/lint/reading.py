"""A rendered file read into operations, each with the schema that it meets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmig.lint.context import File, FileContext, Occurrence, Runs
from sqlmig.lint.settings import Settings
from sqlmig.sql.bodies import BodyStatements, Cause, body_statements
from sqlmig.sql.operations.base import Operation, Unknown
from sqlmig.sql.operations.routines import CreateRoutine, Do
from sqlmig.sql.parser import parse
from sqlmig.sql.replay import replay
from sqlmig.sql.replaying.passes import carried_out
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.statements import Statement


def read_file(file: File, start: SchemaState, settings: Settings) -> FileContext:
    """Read a file's operations and replay them, one after the other.

    Args:
        file: the rendered file.
        start: the schema before it.
        settings: what the project says.
    """
    reading = _read(file, start, bodies=(Do, CreateRoutine))
    return FileContext(file, settings, start, reading.state, tuple(reading.occurrences))


def replay_file(file: File, start: SchemaState) -> SchemaState:
    """The schema after a file that is not judged: what routines would do when they are called is not read."""
    return _read(file, start, bodies=(Do,)).state


def _read(file: File, start: SchemaState, bodies: tuple[type[Do | CreateRoutine], ...]) -> _Reading:
    reading = _Reading(file.mark, file.transaction, start)
    for statement in file.statements:
        for operation in carried_out(parse(statement)):
            reading.take(operation, statement, statement, Runs.NOW, frozenset())
            if isinstance(operation, bodies):
                reading.take_body(body_statements(operation), statement, Runs.NOW)
    return reading


def understood(context: FileContext) -> tuple[int, int]:
    """How many statements a file has, those of bodies included, and how many of them are understood."""
    statements: dict[tuple[int, int], bool] = {}
    for occurrence in context.occurrences:
        key = (occurrence.number, occurrence.statement.start)
        operation = occurrence.operation
        unread = isinstance(operation, Unknown) and not operation.foreign
        statements[key] = statements.get(key, True) and not unread
    return len(statements), sum(statements.values())


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    origin: tuple[str, int | None, str]
    transaction: bool
    state: SchemaState
    occurrences: list[Occurrence] = field(default_factory=list)

    def take(
        self, operation: Operation, statement: Statement, outer: Statement, runs: Runs, variables: frozenset[str]
    ) -> None:
        self.occurrences.append(Occurrence(operation, statement, outer, runs, self.state, variables=variables))
        if runs is Runs.NOW:
            self.state = replay(self.state, operation, origin=self.origin, transaction=self.transaction)

    def take_body(self, body: BodyStatements, outer: Statement, around: Runs) -> None:
        """A DO block runs when what is around it does; a routine runs when it is called."""
        runs = Runs.LATER if isinstance(body.of, CreateRoutine) else around
        for one in body.statements:
            for operation in one.operations:
                self.take(operation, one.statement, outer, runs, body.names)
            self._take_all(one.inner, outer, runs)
        for unread in body.unread:
            foreign = unread.cause is Cause.LANGUAGE
            self.take(Unknown(reason=unread.reason, foreign=foreign, at=unread.at), outer, outer, runs, body.names)

    def _take_all(self, bodies: Iterable[BodyStatements], outer: Statement, around: Runs) -> None:
        for body in bodies:
            self.take_body(body, outer, around)
