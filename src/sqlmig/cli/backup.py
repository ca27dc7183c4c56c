"""The backups that an environment may insist on before a run: made before it by somebody, or by `apply` itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sqlmig.cli.options import Choice
from sqlmig.errors import Refused, UsageError

if TYPE_CHECKING:
    from sqlmig.admin.backups import BackedUp
    from sqlmig.cli.sharding import Shard
    from sqlmig.db.context import Stop
    from sqlmig.engine import Before
    from sqlmig.plan.backing import BackUp
    from sqlmig.plan.rollout import Wave
    from sqlmig.plan.values import Plan
    from sqlmig.project.config.values import Config

F = TypeVar("F", bound=Callable[..., Any])


def backup_option(function: F) -> F:
    """`--backup-done`; the command gets it as `backup_done`."""
    return click.option(
        "--backup-done",
        metavar="REFERENCE",
        help="The backup that was made before, where apply.backup is required; it is kept in the history.",
    )(function)


def make_option(function: F) -> F:
    """`--backup`; the command gets it as `asked`."""
    return click.option(
        "--backup",
        "asked",
        type=Choice("canaries", "destructive", "all"),
        help="Back tenants up before the run: those of the first wave, those in which a file is about to run that "
        "drops, rewrites or is irreversible, or all that have something to do. Without it, apply.backup counts.",
    )(function)


def with_backup(config: Config, reason: str | None, reference: str | None) -> str | None:
    """The run's reason with the backup in it that was made before.

    Raises:
        Refused: the environment requires a backup, and none was named.
    """
    if reference:
        return f"{reason}; backup: {reference}" if reason else f"backup: {reference}"
    if config.apply.backup != "none":
        raise Refused(
            "this environment requires a backup before a run",
            state="nothing was changed",
            next="make one, then say which with --backup-done REFERENCE",
        )
    return reason


def backups_wanted(
    config: Config, reason: str | None, asked: str | None, reference: str | None
) -> tuple[BackUp, str | None]:
    """Whom `apply` backs up itself, and the run's reason with the backup in it that was made before.

    Args:
        config: the project's.
        reason: of the run.
        asked: what `--backup` says.
        reference: what `--backup-done` says.

    Raises:
        UsageError: both are given.
        Refused: the environment requires a backup of everything, and there is none.
    """
    from sqlmig.plan.backing import BackUp

    if asked is not None and reference is not None:
        raise UsageError("--backup and --backup-done exclude each other", next="give one of them")
    configured = config.apply.backup
    who = BackUp(asked or (configured if configured != "required" else "none"))
    if reference is not None or who is BackUp.NONE or (configured == "required" and who is not BackUp.ALL):
        return BackUp.NONE, with_backup(config, reason, reference)
    return who, reason


def backing_up(shard: Shard, who: BackUp, stop: Stop) -> Before | None:
    """What makes the backups before a run, and names them in its reason; it raises when one failed."""
    from sqlmig.plan.backing import BackUp

    if who is BackUp.NONE:
        return None
    from sqlmig.admin.backups import back_up_before
    from sqlmig.report.backups import told_text

    def tell(one: BackedUp) -> None:
        if one.done:
            shard.tell(told_text(one))

    def before(plan: Plan, waves: Sequence[Wave]) -> str | None:
        made = back_up_before(shard.project, plan, waves, who, stop=stop, tell=tell)
        return _summary(made) if made else None

    return before


def _summary(made: Sequence[BackedUp]) -> str:
    ids = [one.made.backup_id for one in made if not isinstance(one.made, Exception)]
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return f"backups: {', '.join(ids[:3])}{more}"
