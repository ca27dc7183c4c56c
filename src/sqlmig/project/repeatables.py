"""Repeatables: the files that run after the numbered ones, and the order in which they do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlmig.errors import Place, Problem
from sqlmig.project.directives import FileKind
from sqlmig.project.model import Repeatable
from sqlmig.project.nearest import did_you_mean
from sqlmig.project.scripts import Reading

REPEATABLES = "repeatable"
"""The folder of a track that holds its repeatables."""

_NAME = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9_-]*)(?P<down>\.down)?\.sql")


def read_repeatables(
    track: str, reading: Reading, folder: Path, before: Sequence[Repeatable] = ()
) -> tuple[Repeatable, ...]:
    """The repeatables of a folder in the order in which they run; what is wrong with them goes into `reading`.

    Args:
        track: whose they are.
        reading: reads them.
        folder: where they are.
        before: those that run before all of them, in the same targets: they may name these in `after`.
    """
    found: dict[str, Repeatable] = {}
    downs: dict[str, Path] = {}
    known: set[str] = set()
    taken = {repeatable.name: repeatable.script.path for repeatable in before}
    for file in reading.sql_files(folder):
        match = _NAME.fullmatch(file.name)
        if match is None:
            reading.problem(file, "is no repeatable's name", "name it NAME.sql, or NAME.down.sql for what removes it")
        elif match["down"]:
            downs[match["name"]] = file
        elif match["name"] in taken:
            known.add(match["name"])
            reading.problem(file, f"has the name of {taken[match['name']]}, which runs too", "give it another name")
        else:
            known.add(match["name"])
            script = reading.script(file, FileKind.REPEATABLE)
            if script is not None:
                found[match["name"]] = Repeatable(track, match["name"], script)
    for name, file in downs.items():
        down = reading.script(file, FileKind.DOWN)
        if name in found:
            found[name] = replace(found[name], down=down)
        elif name not in known:
            reading.problem(file, f"has no {name}.sql beside it", f"write {name}.sql, or delete this file")
    reading.problems += _unknown_names(found.values(), known | taken.keys())
    ordered, problems = _in_order(found)
    reading.problems += problems
    return ordered


def _unknown_names(repeatables: Iterable[Repeatable], known: Iterable[str]) -> list[Problem]:
    names = sorted(known)
    return [
        Problem(
            f"is after '{name}', which is no repeatable of this track; {did_you_mean(name, names)}",
            Place(repeatable.script.path),
            "correct the name",
        )
        for repeatable in repeatables
        for name in repeatable.script.directives.after
        if name not in names
    ]


def _in_order(found: Mapping[str, Repeatable]) -> tuple[tuple[Repeatable, ...], list[Problem]]:
    """In name order, each behind those that it names in `after`."""
    ordered: dict[str, Repeatable] = {}
    problems: list[Problem] = []

    def place(repeatable: Repeatable, path: tuple[str, ...]) -> None:
        if repeatable.name in ordered:
            return
        if repeatable.name in path:
            circle = " after ".join((*path[path.index(repeatable.name) :], repeatable.name))
            message = f"repeatables wait for each other: {circle}"
            problems.append(Problem(message, Place(repeatable.script.path), "take one `after` out"))
            return
        for name in repeatable.script.directives.after:
            if name in found:
                place(found[name], (*path, repeatable.name))
        ordered[repeatable.name] = repeatable

    for repeatable in found.values():
        place(repeatable, ())
    return tuple(ordered.values()), problems
