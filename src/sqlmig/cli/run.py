"""One call of the command line: every way in which it can end gets its words and its exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise

import click

from sqlmig.cli.app import app
from sqlmig.cli.invocation import Invocation
from sqlmig.cli.output import NotWritten, show_json, tell, tell_traceback
from sqlmig.cli.usage import usage_error
from sqlmig.errors import Interrupted, SqlmigError
from sqlmig.report.errors import error_json, error_text, unexpected_json, unexpected_text

_OURS = 2
"""The exit status of a fault that is sqlmig's own."""


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit status; nothing that goes wrong escapes.

    Args:
        arguments: without the program's name; without any, the help is shown.
    """
    _have_streams()
    _print_anything()
    invocation = Invocation()
    try:
        status = app.main(list(arguments) or ["--help"], prog_name="sqlmig", standalone_mode=False, obj=invocation)
    except click.UsageError as error:
        return _ended(usage_error(error), arguments)
    except NotWritten as error:
        tell(error_text(error))
        return error.exit_status
    except SqlmigError as error:
        return _ended(error, arguments)
    except (click.Abort, KeyboardInterrupt):
        return _ended(Interrupted("stopped on request", state="what was not finished was rolled back"), arguments)
    except Exception as error:  # noqa: BLE001  a fault of ours is told like any other
        return _unexpected(error, arguments, verbose=invocation.verbose)
    return int(status)


def _ended(error: SqlmigError, arguments: Sequence[str]) -> int:
    if not _shown(error_json(error), arguments):
        tell(error_text(error))
    return error.exit_status


def _unexpected(error: Exception, arguments: Sequence[str], *, verbose: bool) -> int:
    if verbose:
        tell_traceback(error)
    if not _shown(unexpected_json(error), arguments):
        tell(unexpected_text(error))
    return _OURS


def _shown(document: dict[str, object], arguments: Sequence[str]) -> bool:
    """Whether the caller is a program, and got the document."""
    if not _wants_json(arguments):
        return False
    try:
        show_json(document)
    except NotWritten:  # then people are told
        return False
    return True


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether the caller is a program; read from the words, for the options may be what could not be read."""
    pairs = pairwise(arguments)
    return "--format=json" in arguments or ("--format", "json") in pairs


def _have_streams() -> None:
    """A caller may have closed them (`>&-`): the next connection would get their numbers, and what is said there."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)


def _print_anything() -> None:
    """A name that the terminal's encoding does not have is shown as an escape, and stops nothing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
