"""Generated pages say what the program does, and no command is left out of anything."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sqlmig.cli.app import COMMANDS, app
from sqlmig.cli.reference import cli_page

ROOT = Path(__file__).parents[1]
PAGES = runpy.run_path(str(ROOT / "scripts" / "generate-docs"))["PAGES"]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_says(name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_short_help_that_needs_no_import_is_the_command_s_own(name):
    command = app.get_command(click.Context(app), name)
    assert command is not None
    assert command.name == name
    assert COMMANDS[name].help == (command.help or "").splitlines()[0]


def test_every_file_of_a_command_is_in_the_table():
    files = {path.stem for path in (ROOT / "src/sqlmig/cli/commands").glob("*.py")} - {"__init__"}
    assert files == {entry.module for entry in COMMANDS.values()}


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


@pytest.mark.parametrize(("path", "command"), list(commands(app, "sqlmig")))
def test_every_command_is_on_the_page_with_every_option(path, command):
    section = cli_page().partition(f"\n## `{path}`\n")[2].partition("\n## `")[0]
    assert section
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help
            assert f"`{parameter.opts[0]}" in section


@pytest.mark.parametrize(("path", "command"), list(commands(app, "sqlmig")))
def test_every_command_that_answers_can_answer_as_json(path, command):
    formats = [p for p in command.params if p.name == "output"]
    if not isinstance(command, click.Group) and path != "sqlmig db psql":
        [option] = formats
        assert "json" in option.type.words
