"""The backup that an environment may insist on before a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sqlmig.errors import Refused

if TYPE_CHECKING:
    from sqlmig.project.config.values import Config

F = TypeVar("F", bound=Callable[..., Any])


def backup_option(function: F) -> F:
    """`--backup-done`; the command gets it as `backup_done`."""
    return click.option(
        "--backup-done",
        metavar="REFERENCE",
        help="The backup that was made before, where apply.backup is required; it is kept in the history.",
    )(function)


def with_backup(config: Config, reason: str | None, reference: str | None) -> str | None:
    """The run's reason with the backup in it.

    Raises:
        Refused: the environment requires a backup, and none was named.
    """
    if reference:
        return f"{reason}; backup: {reference}" if reason else f"backup: {reference}"
    if config.apply.backup == "required":
        raise Refused(
            "this environment requires a backup before a run",
            state="nothing was changed",
            next="make one, then say which with --backup-done REFERENCE",
        )
    return reason
