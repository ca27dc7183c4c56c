"""`sqlmig repair`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import VERSION, format_option, reason_option, selection_options
from sqlmig.cli.output import show, show_json, tell
from sqlmig.errors import Refused, UsageError
from sqlmig.project.model import version_label
from sqlmig.report.mend import repairs_json, repairs_text

if TYPE_CHECKING:
    from sqlmig.plan.repair import Mend, Repair


@command("repair")
@selection_options
@click.option("--version", "version", type=VERSION, metavar="V", help="The version, as the history has it.")
@click.option("--statement-done", is_flag=True, help="The statement of unknown outcome did run.")
@click.option("--statement-not-done", is_flag=True, help="The statement of unknown outcome did not run.")
@reason_option
@format_option("text", "json")
def repair(
    invocation: Invocation,
    schemas: tuple[str, ...],
    platform: bool,
    track: str | None,
    version: int | None,
    statement_done: bool,
    statement_not_done: bool,
    reason: str | None,
    output: str,
) -> int:
    """Put one entry of the history right, for a reason.

    Without --reason it only shows what it would change, and exits with status 1. No migration runs; the old entry
    stays in the log. Exactly one of --version, --statement-done and --statement-not-done says what is wrong.
    """
    if (version is not None) + statement_done + statement_not_done != 1:
        raise UsageError(
            "repair needs exactly one of --version, --statement-done and --statement-not-done",
            next="`sqlmig verify` shows what is wrong, and in which version",
        )
    project = invocation.project()
    mend_as = _mend(done=statement_done, not_done=statement_not_done)
    found = project.repairs(version=version, mend_as=mend_as, schemas=schemas, platform=platform, track=track)
    if not found:
        raise _nothing_to_repair(version)
    if not reason:
        _show(found, output, done=False)
        tell(f"nothing was changed; to do it: {_again()} --reason '...'")
        return Refused.exit_status
    project.repair(found, reason=reason)
    _show(found, output, done=True)
    return 0


def _mend(*, done: bool, not_done: bool) -> Mend | None:
    from sqlmig.plan.repair import Mend

    return Mend.STATEMENT_DONE if done else Mend.STATEMENT_NOT_DONE if not_done else None


def _nothing_to_repair(version: int | None) -> Refused:
    if version is None:
        message = "no statement of unknown outcome was found in the selected targets"
    else:
        message = f"nothing is wrong with version {version_label(version)} in the selected targets"
    return Refused(message, state="nothing was changed", next="`sqlmig verify` shows what is wrong")


def _show(repairs: Sequence[Repair], output: str, *, done: bool) -> None:
    if output == "json":
        show_json(repairs_json(repairs, done=done))
    else:
        show(repairs_text(repairs))


def _again() -> str:
    """The call as it was made, without a URL that may hold a password."""
    context = click.get_current_context()
    given: list[str] = []
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        if not isinstance(parameter, click.Option) or value in (None, False, (), "text"):
            continue
        for one in value if isinstance(value, tuple) else (value,):
            given += [parameter.opts[0]] if one is True else [parameter.opts[0], str(one)]
    return shlex.join([*context.command_path.split(), *given])
