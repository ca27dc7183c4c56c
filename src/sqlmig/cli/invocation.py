"""What the global options say, and the project that they choose."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlmig.cli.options import INDEX
from sqlmig.errors import UsageError

if TYPE_CHECKING:
    from sqlmig.api import Project
    from sqlmig.project.config.values import Config


@dataclass
class Invocation:
    """The global options of one call, filled while it is read: they may stand before the command or behind it."""

    config: str | None = None
    env: str | None = None
    database_url: str | None = None
    databases: tuple[str, ...] = ()
    database_index: tuple[int, int] | None = None
    verbose: bool = False

    def project(self) -> Project:
        """The project, on the one database that is meant.

        Where several are configured and none is named it is on none of them: what then connects refuses it, and lists
        them. `configured` and `sqlmig.cli.sharding` are for commands that work on several.

        Raises:
            UsageError: --config names no file, or what is meant is not one database.
            ConfigError: with everything that is wrong.
        """
        project = self.configured()
        chosen = self.chosen(project)
        if len(chosen) == 1:
            return project.on(chosen[0])
        if self.databases:
            raise UsageError(
                f"this works on one database, and {len(chosen)} are meant: {', '.join(chosen)}",
                state="nothing was changed",
                next="name one of them with --database",
            )
        return project

    def configured(self) -> Project:
        """The project with all its databases.

        Raises:
            UsageError: --config names no file.
            ConfigError: with everything that is wrong.
        """
        from sqlmig.api import Project

        return Project.load(self._file(), environment=self.env, database_url=self.database_url)

    def chosen(self, project: Project) -> tuple[str, ...]:
        """The databases that are meant: all of them when none is named, and none when only one is configured.

        Raises:
            UsageError: one is named that there is not.
        """
        from sqlmig.shards import at_index, select

        if self.database_index is None:
            return select(project.config, self.databases)
        if self.databases:
            raise UsageError("--database and --database-index exclude each other", next="give one of them")
        return (at_index(project.config, *self.database_index),)

    def configuration(self) -> Config:
        """The project's configuration, for commands that never connect: nothing that does is imported.

        Raises:
            UsageError: --config names no file.
            ConfigError: with everything that is wrong.
        """
        from sqlmig.project.config.load import find_config, load_config

        start = self._file()
        file = start if start.is_file() else find_config(start)
        # A hook, or a job without secrets, has no value for the ${DATABASE_URL} of an environment, and needs none.
        return load_config(file, environment=self.env, environ=os.environ, database_url="postgresql:///")

    def _file(self) -> Path:
        if self.config is None:
            return Path()
        path = Path(self.config)
        file = path / "sqlmig.yaml" if path.is_dir() else path
        if not file.is_file():
            raise UsageError(f"--config: there is no file {file}", next="name the project's folder or its sqlmig.yaml")
        return file


def global_options(*, hidden: bool) -> list[click.Option]:
    """The options of every command.

    Args:
        hidden: whether they are left out of the help, where they are accepted but not at home.
    """
    return [
        _option("--config", metavar="FILE", help="The project's sqlmig.yaml, or its folder.", hidden=hidden),
        _option("--env", metavar="NAME", help="The environment; else SQLMIG_ENV counts.", hidden=hidden),
        _option(
            "--database-url",
            metavar="URL",
            help="The database; else SQLMIG_DATABASE_URL counts. Others may read it in the list of processes.",
            hidden=hidden,
        ),
        _option(
            "--database",
            "databases",
            metavar="PATTERN",
            multiple=True,
            help="Which of several databases: a name, a pattern such as 'eu-*', or LABEL=PATTERN; may be repeated.",
            hidden=hidden,
        ),
        _option(
            "--database-index",
            type=INDEX,
            metavar="I/N",
            help="The database at place I, from 0, of the N that are configured: for jobs that are numbered.",
            hidden=hidden,
        ),
        _option("-v", "--verbose", is_flag=True, help="Show more: the SQL, each step, tracebacks.", hidden=hidden),
    ]


def _option(*names: str, **attributes: Any) -> click.Option:
    return click.Option(names, callback=_remember, expose_value=False, **attributes)


def _remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    if value and parameter.name is not None:
        invocation = context.ensure_object(Invocation)
        if parameter.multiple and isinstance(value, tuple):
            # Some may stand before the command, and some behind it.
            value = (*getattr(invocation, parameter.name), *value)
        setattr(invocation, parameter.name, value)


class Command(click.Command):
    """A command that also accepts the global options behind its name."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.params += global_options(hidden=True)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; an error that names no command gets this one, for its advice."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise


def command(name: str) -> Callable[[Callable[..., int]], Command]:
    """Makes a command of a function that takes an `Invocation` first and returns the exit status."""

    def make(function: Callable[..., int]) -> Command:
        return click.command(name, cls=Command)(click.pass_obj(function))

    return make
