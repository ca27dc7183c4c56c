"""`sqlmig new`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json
from sqlmig.errors import Refused, UsageError
from sqlmig.project.nearest import did_you_mean

if TYPE_CHECKING:
    from sqlmig.project.model import Track


@command("new")
@click.argument("track")
@click.argument("name")
@click.option("--irreversible", metavar="REASON", help="Why it cannot be taken back: no down file is written.")
@click.option("--repeatable", is_flag=True, help="A repeatable, which runs again whenever its text changes.")
@click.option("--timestamp", is_flag=True, help="Number it by the time (UTC) instead of the next number.")
@format_option("text", "json")
def new(
    invocation: Invocation,
    track: str,
    name: str,
    irreversible: str | None,
    repeatable: bool,
    timestamp: bool,
    output: str,
) -> int:
    """Write the next migration of a track, up and down.

    NAME says what it does: `add_deal_owner`, or 'add deal owner'. A track that is numbered by time stays so.
    """
    if repeatable and (irreversible or timestamp):
        raise UsageError("a repeatable has no number and nothing to take back", next="leave the other options out")
    project = invocation.project()
    found = {one.name: one for one in project.files.tracks}
    if track not in found:
        raise UsageError(f"there is no track '{track}'; {did_you_mean(track, found)}")
    slug = slugged(name)
    if repeatable:
        files = repeatable_files(found[track], slug)
    else:
        number = _number(found[track], by_time=timestamp)
        files = numbered_files(found[track], number, slug, irreversible)
    _write(project.config.root, files)
    if output == "json":
        show_json({"format": "sqlmig.new/1", "track": track, "files": list(files)})
    else:
        show("\n".join(files))
    return 0


def slugged(name: str) -> str:
    """A name as file names have it: lower-case letters, digits and _.

    Raises:
        UsageError: nothing of it is left.
    """
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if not slug:
        raise UsageError(f"'{name}' is no name for a migration", next="say what it does, such as add_deal_owner")
    if len(slug) > _LONGEST_NAME:
        raise UsageError(f"the name has {len(slug)} characters, at most {_LONGEST_NAME} may be", next="shorten it")
    return slug


def numbered_files(track: Track, number: str, slug: str, irreversible: str | None) -> Mapping[str, str]:
    """The files of a new migration, by path."""
    up, down = f"{track.path}/{number}_{slug}.up.sql", f"{track.path}/{number}_{slug}.down.sql"
    if irreversible is not None:
        reason = " ".join(irreversible.split())
        if not reason:
            raise UsageError("--irreversible needs a reason", next="say what cannot be had back")
        return {up: f"{_sentence(slug)}\n-- sqlmig: irreversible {reason}\n{_UP}"}
    return {up: f"{_sentence(slug)}\n{_UP}", down: f"-- Takes back {number}_{slug}.\n{_DOWN}"}


def repeatable_files(track: Track, slug: str) -> Mapping[str, str]:
    """The file of a new repeatable, by path."""
    return {f"{track.path}/repeatable/{slug}.sql": f"{_sentence(slug)}\n{_REPEATABLE}"}


_LONGEST_NAME = 100
_UP = """\
-- Names of this schema's own tables stand without a schema: search_path is set to it.
-- What cannot run in a transaction, such as CREATE INDEX CONCURRENTLY, goes into a file of its own that begins with:
--   -- sqlmig: transaction off

"""
_DOWN = """\
-- Undoes the statements of the up file, the last one first.

"""
_REPEATABLE = """\
-- Runs after the numbered migrations, again whenever its text changes: CREATE OR REPLACE ...

"""
_TIMESTAMP = re.compile(r"20\d{12}")


def _sentence(slug: str) -> str:
    words = slug.replace("_", " ")
    return f"-- {words[:1].upper()}{words[1:]}."


def _number(track: Track, *, by_time: bool) -> str:
    from sqlmig.project.files import next_version

    following = next_version(track)
    if not by_time and not _TIMESTAMP.fullmatch(str(track.head)):
        return following
    now = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d%H%M%S")
    # A colleague's clock may be ahead: numbers only grow.
    return max(now, following, key=int)


def _write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as handle:
                handle.write(text)
        except FileExistsError:
            raise Refused(
                f"{name} is there already", state="it was left as it is", next="choose another name"
            ) from None
        except OSError as error:
            raise UsageError(f"{name} cannot be written: {error.strerror}") from error
