"""The main job of the linter: replay every track's history, and judge what is asked for on the state that it meets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from sqlmig.errors import Problem, ProjectError
from sqlmig.lint.catalogue import RULES
from sqlmig.lint.context import File, FileContext
from sqlmig.lint.judge import Judge
from sqlmig.lint.kinds import kinds_to_judge
from sqlmig.lint.levels import rules_in_force
from sqlmig.lint.reading import read_file, replay_file
from sqlmig.lint.rule import Rule
from sqlmig.lint.settings import Settings
from sqlmig.lint.values import LintResult
from sqlmig.lint.wholes import PairContext, TrackContext, TrackFile
from sqlmig.project.directives import FileKind
from sqlmig.project.files import gaps
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Migration, Script, Track
from sqlmig.project.samples import Sample, render_sample, sample_targets
from sqlmig.sql.canonical import canonical
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.statements import split
from sqlmig.sql.tokens import SqlTextError

if TYPE_CHECKING:
    from sqlmig.project.git import ChangedFiles


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Wanted:
    """What is to be judged; everything else is only replayed."""

    paths: frozenset[str] | None = None
    """Paths relative to the project's root; None: all."""
    changed: frozenset[str] | None = None
    """Of these, the ones that differ from `base`, themselves or in a macro that they import; None: all."""
    base: ChangedFiles | None = None
    """What to compare with."""

    def judges(self, path: str) -> bool:
        """Whether a file is to be judged."""
        return (self.paths is None or path in self.paths) and (self.changed is None or path in self.changed)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Linted:
    """What the linter found, and what kept it from reading everything."""

    result: LintResult
    problems: tuple[Problem, ...] = ()
    """Templates that cannot be rendered: their files were not judged."""


EVERYTHING = Wanted()


def lint(
    files: ProjectFiles,
    settings: Settings,
    wanted: Wanted = EVERYTHING,
    rules: Sequence[Rule] = RULES,
    samples: Callable[[Track], tuple[Sample, ...]] | None = None,
) -> Linted:
    """Judge a project's migrations. Shared tracks come first; a tenant track begins with the schema that they leave.

    Args:
        files: the project as it is on disk.
        settings: what the project says of itself.
        wanted: what is to be judged.
        rules: the rules that may count.
        samples: the targets to render a track for; without it those of the configuration, and where these are of
            other kinds of tenants, one of each kind that has files of its own.
    """
    chosen = samples or partial(sample_targets, files)
    run = _Run(files, settings, wanted, Judge(settings, rules_in_force(rules, settings), known=rules))
    shared = SchemaState(home="public", search_path=settings.search_path)
    for track in files.shared_tracks:
        for sample in chosen(track):
            shared = run.track(track, sample, shared.with_home(sample.schema, settings.search_path))
    tenants: dict[str, SchemaState] = {}
    for track in files.tenant_tracks:
        for sample in chosen(track):
            start = tenants.get(sample.name, shared).with_home(sample.schema, settings.search_path)
            tenants[sample.name] = run.track(files.track_for(track.name, sample.tenant), sample, start)
    for sample, paths in kinds_to_judge(files, chosen, wanted.judges) if samples is None else ():
        run.kind(sample, paths, shared)
    for track in files.tracks:
        run.judge.track(_track_context(track, settings, wanted))
    return Linted(run.judge.result(), tuple(run.problems.values()))


class _Run:
    """One run; it gathers what could not be read."""

    def __init__(self, files: ProjectFiles, settings: Settings, wanted: Wanted, judge: Judge) -> None:
        self.files = files
        self.settings = settings
        self.wanted = wanted
        self.judge = judge
        self.problems: dict[str, Problem] = {}

    def kind(self, sample: Sample, paths: frozenset[str], shared: SchemaState) -> None:
        """Judge what a kind of tenants has of its own, on the schema that the tenant tracks leave for it."""
        alone = _Run(self.files, self.settings, replace(self.wanted, paths=paths), self.judge)
        state = shared
        for track in self.files.tenant_tracks:
            start = state.with_home(sample.schema, self.settings.search_path)
            state = alone.track(self.files.track_for(track.name, sample.tenant), sample, start)
        self.problems |= alone.problems

    def track(self, track: Track, sample: Sample, state: SchemaState) -> SchemaState:
        """Replay a track for one sample, judging what is wanted; the schema at its end."""
        since = self.settings.since(track.name)
        for migration in track.migrations:
            state = self._migration(track, sample, migration, state, judged=migration.version >= since)
        for repeatable in track.repeatables:
            up = self._read(track, sample, repeatable.script, FileKind.REPEATABLE, state, label=repeatable.name)
            if up is None:
                continue
            self._judge(up)
            if repeatable.down is not None and self.wanted.judges(repeatable.down.path):
                down = self._read(track, sample, repeatable.down, FileKind.DOWN, up.end, label=repeatable.name)
                self._judge(down)
            state = up.end
        return state

    def _migration(
        self, track: Track, sample: Sample, migration: Migration, state: SchemaState, *, judged: bool
    ) -> SchemaState:
        version, label = migration.version, migration.label
        paths = [script.path for script in (migration.up, migration.down, migration.verify) if script is not None]
        if not judged or not any(map(self.wanted.judges, paths)):
            file = self._file(track, sample, migration.up, FileKind.UP, version=version, label=label)
            if file is None:
                return state
            self.judge.replayed += 1
            return replay_file(file, state)
        up = self._read(track, sample, migration.up, FileKind.UP, state, version=version, label=label)
        if up is None:
            return state
        self._judge(up)
        down = verify = None
        if migration.down is not None:
            down = self._read(track, sample, migration.down, FileKind.DOWN, up.end, version=version, label=label)
            self._judge(down)
        if migration.verify is not None:
            verify = self._read(track, sample, migration.verify, FileKind.VERIFY, up.end, version=version, label=label)
            self._judge(verify)
        if migration.down is None or down is not None:
            irreversible = migration.up.directives.irreversible
            self.judge.pair(PairContext(up, down, self.settings, irreversible))
        return up.end

    def _judge(self, context: FileContext | None) -> None:
        if context is not None and self.wanted.judges(context.file.path):
            self.judge.file(context)

    def _read(
        self,
        track: Track,
        sample: Sample,
        script: Script,
        kind: FileKind,
        state: SchemaState,
        *,
        version: int | None = None,
        label: str,
    ) -> FileContext | None:
        """Read a file; None when it cannot be."""
        file = self._file(track, sample, script, kind, version=version, label=label)
        return None if file is None else read_file(file, state, self.settings)

    def _file(
        self, track: Track, sample: Sample, script: Script, kind: FileKind, *, version: int | None, label: str
    ) -> File | None:
        """Render a file; None when its template cannot be rendered, or its text cannot be cut."""
        try:
            rendered = render_sample(self.files, script, sample)
        except ProjectError as error:
            self.problems |= {str(problem): problem for problem in error.problems}
            return None
        try:
            statements = split(rendered.text)
        except SqlTextError as error:
            problem = Problem(error.message, rendered.place(error.offset), "close it, or take it out")
            self.problems[str(problem)] = problem
            return None
        return File(
            path=script.path,
            kind=kind,
            track=track.name,
            scope=track.scope,
            schema=sample.schema,
            version=version,
            label=label,
            directives=script.directives,
            rendered=rendered,
            statements=statements,
        )


def _track_context(track: Track, settings: Settings, wanted: Wanted) -> TrackContext:
    base = wanted.base
    files = tuple(
        TrackFile(
            migration.up.path,
            migration.version,
            migration.name,
            edited=base is not None and _edited(migration.up, base),
            added=base is not None and not base.had(migration.up.path),
            out_of_order=migration.up.directives.out_of_order is not None,
        )
        for migration in track.migrations
        if migration.version >= settings.since(track.name)
    )
    judged = frozenset(file.path for file in files if wanted.judges(file.path))
    return TrackContext(track.name, track.scope, files, gaps(track), judged, settings, base=base is not None)


def _edited(script: Script, base: ChangedFiles) -> bool:
    """Whether a script says something else than at the base; its layout and its comments say nothing."""
    before = base.base_text(script.path) if base.of(script.path) is not None else script.text
    if before is None or not base.had(script.path) or before == script.text:
        return False
    try:
        return canonical(before) != canonical(script.text)
    except SqlTextError:
        return True
