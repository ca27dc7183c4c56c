"""What is given for a new tenant by name, with `--set` or as a column of a list: something has to read it.

A name that nothing reads is most often a slip, and a tenant that is made without its value looks like any other. One
that begins with `_` is for people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlmig.errors import Problem, UsageError
from sqlmig.plan.provisioning import Listed
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Script
from sqlmig.project.nearest import nearest

OnNote = Callable[[str], None]
"""Is told what somebody should know before tenants are made, as a sentence."""


def check_values(files: ProjectFiles, names: Iterable[str], on_note: OnNote = lambda _note: None) -> None:
    """Refuses names that nothing reads when a tenant is made.

    Args:
        files: the project.
        names: what is given.
        on_note: is told of names of which that cannot be known.

    Raises:
        UsageError: nothing reads one of them.
        ProjectError: a lifecycle file cannot be read.
    """
    unread = _unread(files, names)
    if unread is None:
        return
    if unread.doubt is not None:
        on_note(unread.doubt)
        return
    raise UsageError(
        f"no lifecycle file reads {' and '.join(unread.names)}{unread.meant()}",
        state="nothing was changed",
        next=f"{unread.known}; give one of these, or leave it out",
    )


def column_problems(
    files: ProjectFiles, rows: Sequence[Listed], on_note: OnNote = lambda _note: None
) -> Iterator[Problem]:
    """The columns of a list that nothing reads when a tenant is made, each where it has its first value.

    Args:
        files: the project.
        rows: the list.
        on_note: is told of columns of which that cannot be known.

    Raises:
        ProjectError: a lifecycle file cannot be read.
    """
    first = {name: row.place for row in reversed(rows) for name in row.values}
    unread = _unread(files, sorted(first))
    if unread is None:
        return
    if unread.doubt is not None:
        on_note(unread.doubt)
        return
    for name in unread.names:
        message = f"no lifecycle file reads column {name}{unread.meant(name)}"
        yield Problem(message, first[name], f"{unread.known}; take it out, or call it _{name}: that is for people")


@dataclass(frozen=True, slots=True)
class _Unread:
    names: tuple[str, ...]
    read: tuple[str, ...]
    """What could have been given instead."""
    passed_on: tuple[str, ...]
    """The files that pass the whole tenant on: what is read there is not known."""

    @property
    def doubt(self) -> str | None:
        if not self.passed_on:
            return None
        names = " and ".join(self.names)
        return f"whether anything reads {names} is not known: {self.passed_on[0]} passes the whole tenant on"

    @property
    def known(self) -> str:
        return f"they read: {', '.join(self.read)}"

    def meant(self, *names: str) -> str:
        near = dict.fromkeys(f"'{found}'" for name in names or self.names if (found := nearest(name, self.read)))
        return f"; did you mean {' and '.join(near)}?" if near else ""


def _unread(files: ProjectFiles, names: Iterable[str]) -> _Unread | None:
    """The names that nothing is known to read; None when there are none."""
    given = [name for name in names if name != "schema" and not name.startswith("_")]
    if not given:
        return None
    read = {"schema"}
    if (column := files.config.lifecycle.template_column) is not None:
        read.add(column)
    passed_on = []
    for script in _scripts(files):
        columns = files.templates.columns(script)
        if columns is None:
            passed_on.append(script.path)
        else:
            read |= columns
    # The registry gives the id, and the command gives the slug.
    read -= {"id", "slug"}
    unread = tuple(name for name in given if name not in read)
    return _Unread(unread, tuple(sorted(read)), tuple(passed_on)) if unread else None


def _scripts(files: ProjectFiles) -> Iterator[Script]:
    """Every file that sees what is given: seeds of all kinds, for a list may have tenants of several."""
    yield from filter(None, map(files.lifecycle, ("provision", "register")))
    for kind in (None, *files.config.lifecycle.templates):
        yield from files.seeds(kind)
    registry = files.config.tenants
    if registry is not None and registry.list is not None:
        # Nothing else says what such a tenant is: its migrations see the very row that is asked for.
        for track in (*files.tenant_tracks, *files.parts_of_kinds):
            yield from (migration.up for migration in track.migrations)
            yield from (repeatable.script for repeatable in track.repeatables)
