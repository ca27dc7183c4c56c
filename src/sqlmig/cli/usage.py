"""What can be wrong with the words of a call, in sqlmig's own words."""

from __future__ import annotations

from typing import Any

import click

from sqlmig.errors import UsageError
from sqlmig.project.nearest import did_you_mean, nearest


class Group(click.Group):
    """A group whose unknown commands get a "did you mean"."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **{"no_args_is_help": False, **attributes})

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first word.

        Raises:
            UsageError: there is none of that name.
        """
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise UsageError(
                f"there is no command '{args[0]}'; {did_you_mean(args[0], self.list_commands(ctx))}",
                next=f"`{ctx.command_path} --help` lists the commands",
            )
        return super().resolve_command(ctx, args)


def usage_error(error: click.UsageError) -> UsageError:
    """What click found wrong, as an error of sqlmig."""
    path = error.ctx.command_path if error.ctx is not None else "sqlmig"
    shows = (
        "lists the commands"
        if error.ctx is not None and isinstance(error.ctx.command, Group)
        else "shows what it takes"
    )
    return UsageError(_message(error), next=f"`{path} --help` {shows}")


def _message(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption(option_name=name):
            # Dashes are alike in all of them, and would make any two seem near.
            near = nearest(name.lstrip("-"), _options(error.ctx))
            return f"there is no option '{name}'" + (f"; did you mean '--{near}'?" if near else "")
        case click.MissingParameter():
            return f"{_named(error)} is missing"
        case click.BadParameter(param=click.Parameter(type=click.IntRange(min=low, max=high))):
            bounds = f"of at least {low}" if high is None else f"from {low} to {high}"
            return f"{_named(error)}: {error.message.partition(' is not ')[0]} is no whole number {bounds}"
        case click.BadParameter():
            text = error.message.rstrip(".")
            return f"{_named(error)}: {text[:1].lower()}{text[1:]}"
        case click.BadOptionUsage() | click.BadArgumentUsage() | click.UsageError():
            text = error.format_message().rstrip(".")
            return text[:1].lower() + text[1:]


def _options(context: click.Context | None) -> list[str]:
    parameters = context.command.params if context is not None else []
    names = (name for one in parameters if isinstance(one, click.Option) for name in one.opts)
    return [name.removeprefix("--") for name in names if name.startswith("--")]


def _named(error: click.BadParameter) -> str:
    """The option, or the argument as the usage line writes it."""
    parameter = error.param
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    if parameter is not None:
        return parameter.metavar or parameter.human_readable_name.upper()
    return str(error.param_hint or "an argument").strip("'\"")
