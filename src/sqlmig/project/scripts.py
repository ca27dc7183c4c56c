"""Scripts: reads one file, with its directives and the macro files that it imports, and collects what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlmig.errors import Place, Problem, ProjectError
from sqlmig.project.checksums import normalised, source_checksum
from sqlmig.project.directives import FileKind, read_directives
from sqlmig.project.model import Script
from sqlmig.project.templates import Templates
from sqlmig.project.textfile import read_text


def read_script(root: Path, file: Path, kind: FileKind, templates: Templates) -> Script:
    """Reads one template.

    Raises:
        ProjectError: the file is no text, a directive is wrong, or a macro file is missing.
    """
    reading = Reading(root, templates)
    script = reading.script(file, kind)
    if script is None:
        raise ProjectError(reading.problems)
    return script


@dataclass
class Reading:
    """One reading of a project's files: where they are, and what was found wrong so far."""

    root: Path
    templates: Templates
    problems: list[Problem] = field(default_factory=list)
    texts: Mapping[Path, str] = field(default_factory=dict)
    """What stands in place of a file's text on disk, or of a file that is not there yet; for editors."""

    def problem(self, file: Path, message: str, advice: str) -> None:
        """Notes what is wrong with a file."""
        self.problems.append(Problem(message, Place(self._relative(file)), advice))

    def sql_files(self, folder: Path) -> Iterator[Path]:
        """The SQL files of a folder, by name; folders and files of other kinds are nobody's business."""
        try:
            entries = sorted(folder.iterdir()) if folder.is_dir() else []
        except OSError as error:
            self.problem(folder, f"cannot be read: {error.strerror}", "check the folder and its rights")
            return
        given = (file for file in self.texts if file.parent == folder and file not in entries)
        for entry in sorted([*entries, *given]):
            if entry in self.texts:
                yield entry
                continue
            if entry.suffix.lower() != ".sql" or entry.is_dir():
                continue
            if entry.is_file():
                yield entry
            else:
                self.problem(entry, "is a link to nowhere, or no regular file", "put the file there, or delete it")

    def script(self, file: Path, kind: FileKind) -> Script | None:
        """A template as it was read; None when something is wrong with it."""
        path = self._relative(file)
        text = normalised(self.texts[file].encode()) if file in self.texts else read_text(file, path)
        if isinstance(text, Problem):
            self.problems.append(text)
            return None
        directives, problems = read_directives(text, path, kind)
        macros: dict[str, str] = {}
        try:
            macros = self.templates.imported(text, path)
        except ProjectError as error:
            problems += error.problems
        self.problems += problems
        return None if problems else Script(path, text, directives, source_checksum(text, macros), macros)

    def _relative(self, file: Path) -> str:
        return file.relative_to(self.root).as_posix()
