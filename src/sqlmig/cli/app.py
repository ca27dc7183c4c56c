"""The commands by name. A command's module is imported when the command runs, so that help is there at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Final

import click

from sqlmig import __version__
from sqlmig.cli.invocation import global_options
from sqlmig.cli.usage import Group


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Entry:
    """Where a command lives, and what the help says of it before it is imported."""

    module: str
    """In `sqlmig.cli.commands`; the command has the module's name."""
    help: str
    """The same as the first sentence of the command's own help; a test compares the two."""


COMMANDS: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        "init": Entry("init", "Make a new project."),
        "new": Entry("new", "Write the next migration of a track, up and down."),
        "lint": Entry("lint", "Say what migrations lock, break or let leak, and what to write instead."),
        "plan": Entry("plan", "Show what apply would do."),
        "apply": Entry("apply", "Bring the database up to the files."),
        "rollback": Entry("rollback", "Take migrations back, newest first."),
        "reset": Entry("reset", "Take a development database back to nothing and up again."),
        "status": Entry("status", "Show where every target stands."),
        "history": Entry("history", "Show what ran, the newest first."),
        "run": Entry("run", "Look at runs, pause them, give them up."),
        "verify": Entry("verify", "Compare the files with what was applied."),
        "repair": Entry("repair", "Put one entry of the history right, for a reason."),
        "baseline": Entry("baseline", "Mark migrations as applied without running them."),
        "tenant": Entry("tenant", "Make tenants, change, back up, restore and drop them."),
        "backup": Entry("backup", "Look at backups of tenants, check them, remove old ones."),
        "fleet": Entry("fleet", "Share the work on many tenants between hosts, through a queue in the database."),
        "grants": Entry(
            "grants", "Print the statements that give the migration role and the application their rights."
        ),
        "doctor": Entry(
            "doctor", "Check on the live database that tenants are kept apart, and that nothing is about to break."
        ),
        "snapshot": Entry("snapshot", "Keep the tenant track's head as one script, which new tenants are made from."),
        "stats": Entry("stats", "Show what each tenant takes and costs: storage, index use, slow statements."),
        "diff": Entry("diff", "Show how the rendered SQL changed since a git ref."),
        "wait": Entry("wait", "Wait until the server answers."),
        "locks": Entry("locks", "Show who holds sqlmig's locks, and how to end them."),
        "config": Entry("config", "Show the configuration in force, and where each value comes from."),
        "db": Entry("db", "Start, stop and enter the embedded PostgreSQL."),
    }
)


class App(Group):
    """The commands of the table, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names in the order of the table: as a project is made, run and looked after."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, its module imported now."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        found = getattr(import_module(f"sqlmig.cli.commands.{entry.module}"), entry.module)
        if not isinstance(found, click.Command):
            raise TypeError(entry.module)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands in the help, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


app = App(
    "sqlmig",
    params=global_options(hidden=False),
    help="Plain SQL migrations for PostgreSQL, with a schema per tenant.",
    epilog="Exit status: 0 done · 1 the answer is no, nothing changed · 2 usage, configuration or connection · "
    "3 a migration failed · 4 a lock was not obtained in time · 5 interrupted, safe to run again.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
click.version_option(__version__, "--version", prog_name="sqlmig", message="sqlmig %(version)s")(app)
