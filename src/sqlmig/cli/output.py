"""Where words go: results to stdout, messages for people to stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from typing import Any

import click

from sqlmig.report.table import PLAIN, Style, Tone
from sqlmig.secret import mask_url


def show(text: str) -> None:
    """Puts a result on stdout."""
    click.echo(text, nl=not text.endswith("\n"))


def show_json(document: dict[str, object]) -> None:
    """Puts one JSON document on stdout."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def tell(text: str) -> None:
    """Tells people something on stderr."""
    click.echo(text, err=True, nl=not text.endswith("\n"))


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
