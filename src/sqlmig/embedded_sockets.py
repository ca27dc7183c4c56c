"""Where the socket of an embedded server lies: in its data folder, or elsewhere when that path is too long."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlmig.errors import UsageError

PORT: Final = 5432
SOCKET: Final = f".s.PGSQL.{PORT}"
_PATH_LIMIT: Final = 103  # bytes; macOS has 103, Linux 107


def socket_folder(data: Path) -> Path:
    """The data folder itself, or a private one under the temporary folder when that path is too long for a socket."""
    if _fits(data):
        return data
    owner = data.stat().st_uid
    folder = distant_socket_folder(data)
    if not _fits(folder):
        raise UsageError(
            f"the path {data} is too long for the socket of a PostgreSQL server, and so is {folder}",
            next="Set TMPDIR to a folder with a shorter path, such as /tmp.",
        )
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, owner, -1)
    found = folder.lstat()
    if found.st_uid != owner or found.st_mode & 0o077 or folder.is_symlink():
        raise UsageError(f"{folder} is not a private folder of the server's user", next=f"Remove {folder}.")
    return folder


def distant_socket_folder(data: Path) -> Path:
    """The private folder under the temporary one that stands for a data folder with a long path."""
    return Path(tempfile.gettempdir()) / f"sqlmig-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"


def _fits(folder: Path) -> bool:
    # PostgreSQL separates several folders by commas.
    return len(os.fsencode(folder / SOCKET)) <= _PATH_LIMIT and "," not in str(folder)


def answers(path: Path) -> bool:
    """Whether a server listens on that socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except PermissionError:
            raise
        except OSError:
            return False
    return True


def socket_url(folder: Path, database: str) -> str:
    """The libpq URL of a database on the server whose socket lies in the folder."""
    # The port is named, or PGPORT of the environment would count.
    return f"postgresql://postgres@/{database}?host={quote(str(folder), safe='')}&port={PORT}"
