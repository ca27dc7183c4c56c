"""Where words go: results to stdout, messages for people to stderr."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import traceback
from typing import Any, TextIO

import click

from sqlmig.errors import SqlmigError
from sqlmig.report.table import PLAIN, Style, Tone
from sqlmig.secret import mask_url


class NotWritten(SqlmigError):
    """A result could not be put on stdout; whatever the command did is done."""


def show(text: str) -> None:
    """Puts a result on stdout; a reader that has left (`sqlmig status | head`) is no fault of the command's.

    Raises:
        NotWritten: the disk is full, for example.
    """
    try:
        click.echo(text, nl=not text.endswith("\n"))
    except BrokenPipeError:
        _leave(sys.stdout)
    except OSError as error:
        _leave(sys.stdout)
        raise NotWritten(
            f"the result could not be written: {error.strerror}",
            state="what the command did stays done",
            next="make room for its output; `sqlmig status` shows where everything stands",
        ) from error


def show_json(document: dict[str, object]) -> None:
    """Puts one JSON document on stdout.

    Raises:
        NotWritten: the disk is full, for example.
    """
    show(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def tell(text: str) -> None:
    """Tells people something on stderr; where nobody can hear it, nothing else depends on that."""
    try:
        click.echo(text, err=True, nl=not text.endswith("\n"))
    except OSError:
        _leave(sys.stderr)


def _leave(stream: TextIO) -> None:
    """What is left to write goes nowhere: Python would try it once more at its end, and fail."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def tell_traceback(error: Exception) -> None:
    """Tells where a fault of ours happened."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    # Line by line: a password is masked up to the last `@` of a text, which would swallow all between two URLs.
    tell("\n".join(map(mask_url, lines)))


def table_style() -> Style:
    """How a table is drawn: painted and cut to the width of a terminal; plain and whole in a file or a pipe."""
    if not sys.stdout.isatty():
        return PLAIN
    colors = os.environ.get("NO_COLOR", "") == "" and os.environ.get("TERM") != "dumb"
    return Style(_painted if colors else PLAIN.paint, shutil.get_terminal_size().columns)


_STYLES: dict[Tone, dict[str, Any]] = {
    Tone.PLAIN: {},
    Tone.HEAD: {"bold": True},
    Tone.GOOD: {"fg": "green"},
    Tone.WARN: {"fg": "yellow"},
    Tone.BAD: {"fg": "red", "bold": True},
}


def _painted(text: str, tone: Tone) -> str:
    return click.style(text, **_STYLES[tone]) if _STYLES[tone] else text
