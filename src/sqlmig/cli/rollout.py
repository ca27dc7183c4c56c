"""The options that say how a run reaches its targets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from sqlmig.errors import UsageError

if TYPE_CHECKING:
    from sqlmig.cli.progress import Progress
    from sqlmig.db.context import Stop
    from sqlmig.fleet.launch import Rollout
    from sqlmig.plan.rollout import WaveRule
    from sqlmig.project.config.values import Config

F = TypeVar("F", bound=Callable[..., Any])

MOST_WORKERS = 256


class Workers(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases of click only
    """A number of workers, or `auto`."""

    name = "workers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | Literal["auto"]:
        """`auto` or a number from 1."""
        text = str(value)
        if text == "auto":
            return "auto"
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_WORKERS):
            self.fail(f"'{text}' is neither auto nor a number from 1 to {MOST_WORKERS}", param, ctx)
        return int(text)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options say of how a run reaches its targets."""

    workers: int | Literal["auto"] | None = None
    canary: str | None = None
    waves: tuple[str, ...] = ()
    together: bool = False
    stop_on_failure: bool = False
    skip_refused: bool = False
    confirm: bool = False


def workers_option(function: F) -> F:
    """`--workers`, and `--events` beside it."""
    function = click.option(
        "--events",
        metavar="FILE",
        help="Add each event of the run to this file, as a line of JSON; see docs/events.md.",
    )(function)
    return click.option(
        "--workers",
        type=Workers(),
        metavar="N",
        help="How many tenants are migrated at once, or auto; without it, apply.workers counts.",
    )(function)


def rollout_options(function: F) -> F:
    """All of them; the command gets what `wanted_of` takes."""
    options = [
        workers_option,
        click.option(
            "--canary",
            metavar="WHO",
            help="The tenants that come first: 5, smallest:5, tier=trial or acme,beta*.",
        ),
        click.option(
            "--wave",
            "waves",
            metavar="WHO",
            multiple=True,
            help="The tenants that come next: 10%, 100, tier=pro or rest; may be repeated.",
        ),
        click.option("--confirm", is_flag=True, help="Ask before each wave but the first."),
        click.option(
            "--per-target-transaction",
            "together",
            is_flag=True,
            help="Put all that is pending for a target into one transaction.",
        ),
        click.option("--stop-on-failure", is_flag=True, help="Begin nothing more once a target has failed."),
        click.option(
            "--skip-refused",
            is_flag=True,
            help="Leave out tenants whose own state refuses the plan, such as a missing schema; they count as failed.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def rollout_for(config: Config, wanted: Wanted, progress: Progress | None, stop: Stop) -> Rollout:
    """How a run reaches its targets: what the options say, otherwise the configuration.

    Args:
        config: in force.
        wanted: what the options say.
        progress: asks whether the next wave may begin; None where nobody can be asked.
        stop: ends the asking.

    Raises:
        UsageError: a wave is none of the forms that there are, or --confirm has no waves to stand between.
    """
    from sqlmig.fleet.launch import rollout_of

    rollout = rollout_of(config)
    rules = _rules(config, wanted)
    return replace(
        rollout,
        workers=wanted.workers if wanted.workers is not None else rollout.workers,
        rules=rules,
        asked=wanted.canary is not None or bool(wanted.waves),
        together=wanted.together or rollout.together,
        stop_on_failure=wanted.stop_on_failure,
        skip_refused=wanted.skip_refused,
        confirm=_asking(progress, stop) if progress is not None and _somebody_is_there() else None,
    )


def _rules(config: Config, wanted: Wanted) -> tuple[WaveRule, ...]:
    from sqlmig.plan.waves import rules_from_options

    given = wanted.canary is not None or bool(wanted.waves)
    rules: Sequence[WaveRule] = rules_from_options(wanted.canary, wanted.waves) if given else config.apply.waves
    if not wanted.confirm:
        return tuple(rules)
    if not rules:
        raise UsageError(
            "--confirm asks between waves, and there are none",
            next="say what they are: --canary 5, or `apply.waves` in sqlmig.yaml",
        )
    return tuple(replace(rule, gate=replace(rule.gate, confirm=True)) for rule in rules)


def _asking(progress: Progress, stop: Stop) -> Callable[[str], bool]:
    return lambda question: progress.confirm(question, lambda: stop.requested)


def _somebody_is_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
