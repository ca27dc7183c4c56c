"""Text files as people's editors leave them, and what a file that is no text is told."""

from __future__ import annotations

from pathlib import Path

from sqlmig.errors import Place, Problem
from sqlmig.project.checksums import normalised


def read_text(file: Path, path: str) -> str | Problem:
    """A file's normalised text, or why it is none.

    Args:
        file: where it is.
        path: how messages call it.
    """
    try:
        text = normalised(file.read_bytes())
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text: byte {error.start + 1} cannot be read"
        return Problem(message, Place(path), "save the file as UTF-8")
    except OSError as error:
        return Problem(f"cannot be read: {error.strerror}", Place(path), "check the file and its rights")
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        return Problem("has a NUL byte, which SQL cannot carry", Place(path, line), "save the file as UTF-8")
    return text
