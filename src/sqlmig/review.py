"""A project on disk, linted: which files are meant, what they are compared with, and the run. No database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmig.errors import ConfigError, Problem, UsageError
from sqlmig.lint.catalogue import RULES
from sqlmig.lint.run import Linted, Wanted, lint
from sqlmig.lint.settings import settings_of
from sqlmig.lint.values import LintResult
from sqlmig.project.config.values import Config
from sqlmig.project.load import ProjectFiles, read_files
from sqlmig.project.model import Script, Track
from sqlmig.project.nearest import nearest
from sqlmig.project.repeatables import REPEATABLES

if TYPE_CHECKING:
    from sqlmig.project.git import ChangedFiles


@dataclass(frozen=True, eq=False, repr=False)
class Review:
    """What the linter found in a project, and what it was told to look at."""

    files: ProjectFiles
    wanted: Wanted
    linted: Linted
    problems: tuple[Problem, ...]
    """What could not be read: files, and templates that cannot be rendered."""
    ignored: tuple[str, ...] = ()
    """Paths that were named and are no SQL that the linter judges."""

    @property
    def result(self) -> LintResult:
        """The findings, and the numbers."""
        return self.linted.result

    @property
    def judged(self) -> tuple[str, ...]:
        """The paths of all files that were to be judged."""
        settings = settings_of(self.files.config)
        return tuple(
            script.path
            for track in parts_of(self.files)
            for version, script in scripts_of(track)
            if (version is None or version >= settings.since(track.name)) and self.wanted.judges(script.path)
        )

    def exit_status(self, fail_on: str | None = None) -> int:
        """0; 1 with findings at or above a threshold; 2 when something could not be read.

        Args:
            fail_on: `error`, `warning` or `never`; without it, what the configuration says.
        """
        if self.problems:
            return 2
        return 1 if self.result.at_least(fail_on or self.files.config.lint.fail_on) else 0


def review(
    config: Config,
    *,
    paths: Sequence[Path] | None = None,
    since: str | None = None,
    texts: Mapping[Path, str] | None = None,
) -> Review:
    """Lint a project.

    Args:
        config: the project's configuration.
        paths: files and folders to judge; None for all. A macro file stands for every script that imports it, the
            configuration for everything.
        since: a git ref: only what differs from where this branch left it is judged.
        texts: what stands in place of a file's text on disk, or of a file that is not there yet.

    Raises:
        ConfigError: the configuration names a rule that there is not.
        UsageError: a path that there is not; a text where no migration can be; no such ref.
    """
    check_rule_names(config)
    texts = {_home(config, path): text for path, text in (texts or {}).items()}
    files, problems = read_files(config, texts=texts)
    wanted = Wanted()
    ignored: tuple[str, ...] = ()
    if paths is not None:
        unread = {problem.place.file for problem in problems if problem.place is not None}
        chosen, ignored = _chosen(files, paths, {config.root / file for file in unread} | texts.keys())
        wanted = Wanted(paths=chosen)
    if since is not None:
        from sqlmig.project.git import changed_since

        base = changed_since(config.root, since)
        given = {path.relative_to(config.root).as_posix() for path in texts}
        wanted = Wanted(wanted.paths, _changed(files, base) | given, base)
    linted = _fixing_tracks(files, lint(files, settings_of(config), wanted))
    return Review(files, wanted, linted, (*problems, *linted.problems), ignored)


def check_rule_names(config: Config) -> None:
    """Refuse a configuration that names rules that there are not.

    Raises:
        ConfigError: with every such name and its place.
    """
    known = [rule.name for rule in RULES]
    problems = []
    for key, name in _named_rules(config):
        if name not in known:
            source = config.sources.get(key)
            near = nearest(name, known)
            message = f"{key}: there is no rule '{name}'" + (f"; did you mean '{near}'?" if near else "")
            problems.append(Problem(message, source.place if source else None, "see `sqlmig lint --list-rules`"))
    if problems:
        raise ConfigError(problems)


def _named_rules(config: Config) -> Iterable[tuple[str, str]]:
    """Dotted keys of the configuration that end in a rule's name, and the name."""
    for name in config.lint.rules:
        yield f"lint.rules.{name}", name
    for path, levels in config.lint.paths.items():
        for name in levels:
            yield f"lint.paths.{path}.{name}", name


def parts_of(files: ProjectFiles) -> Iterable[Track]:
    """The tracks, and behind them the repeatables that kinds of tenants have of their own; each file is in one part."""
    return (*files.tracks, *files.parts_of_kinds)


def scripts_of(track: Track) -> Iterable[tuple[int | None, Script]]:
    """All scripts of a track; those of repeatables have no version."""
    for migration in track.migrations:
        found = (migration.up, migration.down, migration.verify)
        yield from ((migration.version, script) for script in found if script is not None)
    for repeatable in track.repeatables:
        yield from ((None, script) for script in (repeatable.script, repeatable.down) if script is not None)


def _fixing_tracks(files: ProjectFiles, linted: Linted) -> Linted:
    """What was found, without fixes for files of a kind of tenants: what is fixed are the files of tracks."""
    paths = {script.path for part in files.parts_of_kinds for _, script in scripts_of(part)}
    if not paths:
        return linted
    findings = tuple(replace(one, fix=None) if one.script in paths else one for one in linted.result.findings)
    return replace(linted, result=replace(linted.result, findings=findings))


def _home(config: Config, path: Path) -> Path:
    """A path in the folder of a track, with the root and the folder as the configuration has them.

    Raises:
        UsageError: it is in none.
    """
    folders = _folders(config)
    parent = path.parent.resolve()
    if path.suffix.lower() == ".sql" and parent in folders:
        return folders[parent] / path.name
    raise UsageError(
        f"{path} is no place for a migration",
        next=f"name a .sql file in {' or '.join(track.path for track in config.tracks)}",
    )


def _folders(config: Config) -> dict[Path, Path]:
    """The folders that the files of tracks are in, resolved, each as the configuration has it."""
    found = [config.root / track.path / part for track in config.tracks for part in ("", REPEATABLES)]
    found += [config.root / kind.repeatables for kind in config.lifecycle.templates if kind.repeatables is not None]
    return {folder.resolve(): folder for folder in found}


def _changed(files: ProjectFiles, base: ChangedFiles) -> frozenset[str]:
    """The scripts that differ from a commit, themselves or in a macro file that they import."""
    macros = cache(lambda name: base.of(f"{files.config.macros}/{name}") is not None)
    return frozenset(
        script.path
        for track in parts_of(files)
        for _, script in scripts_of(track)
        if base.of(script.path) is not None or any(map(macros, script.macros))
    )


def _chosen(
    files: ProjectFiles, paths: Sequence[Path], known: Iterable[Path]
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The scripts that paths stand for, and the paths that the linter has nothing to do with.

    Args:
        files: what could be read.
        paths: what the caller named.
        known: files of the project that may be no scripts: they could not be read, or are on no disk.
    """
    config = files.config
    scripts = {script.path: script for track in parts_of(files) for _, script in scripts_of(track)}
    homes = {(config.root / path).resolve(): path for path in scripts}
    ours = {path.resolve() for path in known} | _folders(config).keys()
    chosen: set[str] = set()
    ignored: list[str] = []
    for path in paths:
        resolved = path.resolve()
        if not resolved.exists() and resolved not in ours:
            raise UsageError(f"there is no file or folder {path}", next="name files of the project, or none for all")
        found = _stands_for(config, resolved, scripts, homes)
        chosen |= found
        # What stands in the folder of a track and is no script is told as a problem, or belongs to one that is.
        if not found and resolved not in ours and resolved.parent not in ours:
            ignored.append(str(path))
    return frozenset(chosen), tuple(ignored)


def _stands_for(config: Config, path: Path, scripts: Mapping[str, Script], homes: Mapping[Path, str]) -> frozenset[str]:
    """The scripts that one path stands for: itself, those in a folder, those that import a macro file."""
    if path in homes:
        return frozenset({homes[path]})
    if path == (config.root / config.file).resolve():
        return frozenset(scripts)
    macros = (config.root / config.macros).resolve()
    if path.is_relative_to(macros) and path != macros:
        name = path.relative_to(macros).as_posix()
        return frozenset(script.path for script in scripts.values() if name in script.macros)
    return frozenset(script for home, script in homes.items() if home.is_relative_to(path))
