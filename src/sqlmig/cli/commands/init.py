"""`sqlmig init`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.options import format_option
from sqlmig.cli.output import show, show_json
from sqlmig.errors import Refused, UsageError


@command("init")
@click.argument("directory", metavar="[DIR]", default=".")
@click.option("--single", is_flag=True, help="One shared track, no tenants.")
@format_option("text", "json")
def init(_invocation: Invocation, directory: str, single: bool, output: str) -> int:
    """Make a new project.

    Writes sqlmig.yaml and a small example that works: a platform with a schema per tenant, or with --single one
    schema. No file that is there is written over.
    """
    root = Path(directory)
    files = dict(scaffold("single" if single else "tenants"))
    _write(root, files)
    if output == "json":
        show_json({"format": "sqlmig.init/1", "folder": str(root.absolute()), "files": list(files)})
    else:
        show(_text(directory, files, single=single))
    return 0


def scaffold(name: str) -> Iterator[tuple[str, str]]:
    """The files of a new project: paths relative to its folder, and their texts."""
    yield from sorted(_files(resources.files("sqlmig.cli") / "scaffold" / name, ""))


def _files(folder: Traversable, lead: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{lead}{entry.name}/")
        else:
            # A .gitignore in the package would hide files from git; it gets its dot here.
            name = ".gitignore" if entry.name == "gitignore" else entry.name
            yield f"{lead}{name}", entry.read_text(encoding="utf-8")


def _write(root: Path, files: dict[str, str]) -> None:
    there = [name for name in files if (root / name).exists() and name != ".gitignore"]
    if there:
        raise Refused(
            f"{root / there[0]} is there already",
            state="nothing was written",
            next="choose an empty folder, or move what is there away",
        )
    try:
        for name, text in files.items():
            file = root / name
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written: {error.strerror}") from error


def _text(directory: str, files: dict[str, str], *, single: bool) -> str:
    steps = [] if directory == "." else [f"cd {directory}"]
    steps += ["sqlmig db start", "sqlmig apply"]
    steps += [] if single else ["sqlmig tenant create acme"]
    steps += ["sqlmig status"]
    listed = [f"  {Path(directory) / name}" for name in files]
    return "\n".join(["wrote", *listed, "", "next", *(f"  {step}" for step in steps)])
