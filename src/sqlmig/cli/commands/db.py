"""`sqlmig db start`, `stop`, `url` and `psql`."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from sqlmig.cli.invocation import Command, Invocation
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json
from sqlmig.cli.usage import Group
from sqlmig.errors import UsageError

if TYPE_CHECKING:
    from sqlmig.project.config.values import Config


@click.group("db", cls=Group)
def db() -> None:
    """Start, stop and enter the embedded PostgreSQL.

    For an environment with `database_url: embedded`: its data lies below .sqlmig in the project's folder.
    """


@db.command("start", cls=Command)
@format_option("text", "json")
@click.pass_obj
def start(invocation: Invocation, output: str) -> int:
    """Start the server, and make the project's database; every command that connects does so too."""
    from sqlmig import embedded
    from sqlmig.database import embedded_data, embedded_database, embedded_url

    config = _embedded(invocation)
    url = embedded_url(config)
    server = embedded.running(embedded_data(config))
    version = server.version if server is not None else embedded.DEFAULT_VERSION
    if output == "json":
        show_json({"format": "sqlmig.db-start/1", "url": url, "version": version, "data": str(embedded_data(config))})
    else:
        show(f"PostgreSQL {version} runs in {embedded_data(config)}, database {embedded_database(config)}")
    return 0


@db.command("stop", cls=Command)
@format_option("text", "json")
@click.pass_obj
def stop(invocation: Invocation, output: str) -> int:
    """Stop the server; its data stays."""
    from sqlmig import embedded
    from sqlmig.database import embedded_data

    stopped = embedded.stop(embedded_data(_embedded(invocation)))
    if output == "json":
        show_json({"format": "sqlmig.db-stop/1", "was_running": stopped})
    else:
        show("stopped" if stopped else "it was not running")
    return 0


@db.command("url", cls=Command)
@format_option("text", "json")
@click.pass_obj
def url(invocation: Invocation, output: str) -> int:
    """Print the URL of the project's database, and start the server when it does not run."""
    from sqlmig.database import embedded_url

    found = embedded_url(_embedded(invocation))
    if output == "json":
        show_json({"format": "sqlmig.db-url/1", "url": found})
    else:
        show(found)
    return 0


@db.command("psql", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def psql(invocation: Invocation, arguments: tuple[str, ...]) -> int:
    """Open psql on the project's database, embedded or not.

    All ARGUMENTS go to psql: `sqlmig db psql -c 'SELECT 1'`. The password is handed over in the environment.
    """
    from sqlmig.database import database_url
    from sqlmig.db.conninfo import libpq_environment

    config = invocation.project().config
    program = _psql(is_embedded=_is_embedded(config))
    environment = {**os.environ, **libpq_environment(database_url(config))}
    sys.stdout.flush()
    # psql takes the place of this process: it owns the terminal, its signals and the exit status.
    os.execve(program, ["psql", *arguments], environment)  # noqa: S606  no shell is wanted


def _psql(*, is_embedded: bool) -> str:
    """The program: the embedded server's own, or the system's; where there is none, the embedded one again."""
    from sqlmig import embedded

    found = None if is_embedded else shutil.which("psql")
    if found is not None:
        return found
    try:
        return str(embedded.program("psql"))
    except UsageError as error:
        if is_embedded:
            raise
        raise UsageError("there is no psql on this machine", next="install PostgreSQL's client programs") from error


def _is_embedded(config: Config) -> bool:
    return config.database_url is not None and config.database_url.reveal() == "embedded"


def _embedded(invocation: Invocation) -> Config:
    """The configuration, when its database is the embedded one.

    Raises:
        UsageError: it is another, or none.
    """
    config = invocation.project().config
    if not _is_embedded(config):
        where = f"environment {config.environment}" if config.environment else "this configuration"
        source = config.sources.get("database_url")
        said = f" (from {source})" if config.database_url is not None and source is not None else ""
        raise UsageError(
            f"{where} does not use the embedded PostgreSQL: its database_url is another{said}",
            next="choose an environment that says `database_url: embedded`: sqlmig --env NAME db ...",
        )
    return config
