"""Options that several commands share, and the kinds of values that they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from sqlmig.project.durations import duration_problem
from sqlmig.project.nearest import did_you_mean

F = TypeVar("F", bound=Callable[..., Any])


class Choice(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases of click only
    """One of a few words; a wrong one gets a "did you mean"."""

    name = "choice"

    def __init__(self, *words: str) -> None:
        self.words = words

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:  # noqa: ARG002
        """How the help shows it: `[text|json]`."""
        return f"[{'|'.join(self.words)}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word itself."""
        if value not in self.words:
            self.fail(f"there is no '{value}'; {did_you_mean(str(value), self.words)}", param, ctx)
        return str(value)


class Version(click.ParamType):  # type: ignore[type-arg]
    """The number that a migration's file name begins with."""

    name = "version"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """`0007` and `7` are the same version."""
        text = str(value)
        if not (text.isascii() and text.isdigit()):
            self.fail(f"'{text}' is no version; a version is what a file name begins with, such as 0007", param, ctx)
        return int(text)


class Duration(click.ParamType):  # type: ignore[type-arg]
    """A duration with its unit."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text as it is, once it is known to be a duration."""
        if problem := duration_problem(str(value)):
            self.fail(problem, param, ctx)
        return str(value)


class Index(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases of click only
    """A place in a list, and the list's length."""

    name = "index"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """`0/3` is the first of three."""
        index, slash, count = str(value).partition("/")
        if not (slash and all(number.isascii() and number.isdigit() for number in (index, count))):
            self.fail(f"'{value}' is no place in a list; 0/3 is the first of three", param, ctx)
        return int(index), int(count)


INDEX = Index()
VERSION = Version()
DURATION = Duration()


def format_option(*formats: str) -> Callable[[F], F]:
    """`--format`; the first of them is what people read. The command gets it as `output`."""
    said = f"How to answer; without it, {formats[0]}."
    return click.option("--format", "output", type=Choice(*formats), default=formats[0], help=said)


def selection_options(function: F) -> F:
    """`--schema`, `--platform` and `--track`; the command gets `schemas`, `platform` and `track`."""
    options = [
        click.option(
            "--schema",
            "schemas",
            metavar="SCHEMA",
            multiple=True,
            help="Only this tenant's schema; may be a pattern such as 'tenant_a*', and may be repeated.",
        ),
        click.option("--platform", is_flag=True, help="Only the shared tracks."),
        click.option("--track", metavar="TRACK", help="Only this track."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def reason_option(function: F) -> F:
    """`--reason`, which stands in the history."""
    return click.option("--reason", metavar="TEXT", help="Why; it is kept in the history.")(function)


def lock_wait_option(function: F) -> F:
    """`--lock-wait`."""
    return click.option(
        "--lock-wait",
        type=DURATION,
        metavar="DURATION",
        help="How long to wait for another run, such as 60s; without it, apply.lock_wait counts.",
    )(function)
