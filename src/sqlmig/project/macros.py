"""Macro files: those of the project and those that come with sqlmig, by the names that templates import them by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from sqlmig.errors import Problem, ProjectError
from sqlmig.project.checksums import normalised
from sqlmig.project.textfile import read_text


@lru_cache(maxsize=1)
def shipped_macros() -> Mapping[str, str]:
    """The macro files that come with sqlmig, by import name (`sqlmig/rls.sql`)."""
    from importlib import resources  # a project without templates needs none

    folder = resources.files("sqlmig") / "macros"
    return {
        f"sqlmig/{entry.name}": normalised(entry.read_bytes())
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".sql")
    }


def read_macros(root: Path, path: str) -> dict[str, str]:
    """The macro files below a folder of the project, by import name; none when the folder is not there.

    Raises:
        ProjectError: with every file that is no text.
    """
    folder = root / path
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for file in sorted(folder.rglob("*.sql")):
        if file.is_dir():
            continue
        text = read_text(file, file.relative_to(root).as_posix())
        if isinstance(text, Problem):
            problems.append(text)
        else:
            found[file.relative_to(folder).as_posix()] = text
    if problems:
        raise ProjectError(problems)
    return found
