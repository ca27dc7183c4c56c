"""Reads the files of a project for what they ask of the roles that run them. No database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from sqlmig.errors import Place, Problem, ProjectError
from sqlmig.plan.asking import Asked, When
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Scope, Script, Track
from sqlmig.project.samples import Sample, render_sample, sample_targets
from sqlmig.project.templates import Rendered
from sqlmig.sql.bodies import BodyStatements, body_statements
from sqlmig.sql.identifiers import fold
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.routines import Do
from sqlmig.sql.parser import parse
from sqlmig.sql.statements import Statement, split
from sqlmig.sql.tokens import Kind, SqlTextError

LIFECYCLE = ("provision", "register", "deprovision")
"""Besides those with first rows."""


def read_asked(files: ProjectFiles) -> tuple[Asked, ...]:
    """What every statement of a project does, those inside of DO blocks included.

    Raises:
        ProjectError: with every file that cannot be rendered, or cut into statements.
    """
    run_as = {track.name: track.run_as for track in files.config.tracks}
    asked: list[Asked] = []
    problems: list[Problem] = []
    for script, sample, scope, role in _scripts(files, run_as):
        try:
            rendered = render_sample(files, script, sample)
            asked += _File(rendered, scope, sample.schema, role).asked()
        except ProjectError as error:
            problems += error.problems
        except SqlTextError as error:
            problems.append(Problem(error.message, rendered.place(error.offset), "close it, or take it out"))
    if problems:
        raise ProjectError(list(dict.fromkeys(problems)))
    return tuple(asked)


def _scripts(files: ProjectFiles, run_as: dict[str, str | None]) -> Iterator[tuple[Script, Sample, Scope, str | None]]:
    """Every script with each target that it is rendered for, and the role that runs it."""
    for track in (*files.tracks, *files.parts_of_kinds):
        for sample in sample_targets(files, track):
            for script in _scripts_of(track):
                yield script, sample, track.scope, run_as[track.name]
    if not files.tenant_tracks:
        return
    for sample in sample_targets(files, files.tenant_tracks[0]):
        for script in (*filter(None, map(files.lifecycle, LIFECYCLE)), *files.seeds(files.kind(sample.tenant))):
            yield script, sample, Scope.TENANT, None


def _scripts_of(track: Track) -> Iterator[Script]:
    for migration in track.migrations:
        yield from (script for script in (migration.up, migration.down, migration.verify) if script is not None)
    for repeatable in track.repeatables:
        yield from (script for script in (repeatable.script, repeatable.down) if script is not None)


@dataclass(frozen=True, slots=True)
class _File:
    rendered: Rendered
    scope: Scope
    home: str
    run_as: str | None

    def asked(self) -> Iterator[Asked]:
        for statement in split(self.rendered.text):
            mentions = frozenset(_in_front_of_dots(statement))
            for operation in parse(statement):
                yield self._one(operation, When.ALWAYS, mentions)
                if isinstance(operation, Do):
                    yield from self._body(body_statements(operation), mentions)

    def _body(self, body: BodyStatements, outer: frozenset[str]) -> Iterator[Asked]:
        for one in body.statements:
            mentions = outer | frozenset(_in_front_of_dots(one.statement))
            for operation in one.operations:
                yield self._one(operation, When.PERHAPS, mentions)
            for inner in one.inner:
                if isinstance(inner.of, Do):
                    yield from self._body(inner, mentions)

    def _one(self, operation: Operation, when: When, mentions: frozenset[str]) -> Asked:
        place: Place = self.rendered.place(operation.at)
        return Asked(operation, place, self.scope, self.home, self.run_as, when, mentions)


def _in_front_of_dots(statement: Statement) -> Iterable[str]:
    for token, dot in pairwise(statement.tokens):
        if dot.text == "." and token.kind in (Kind.WORD, Kind.IDENTIFIER):
            yield fold(token)
