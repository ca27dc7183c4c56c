"""The system user that an embedded server runs as, since PostgreSQL refuses to run as root."""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
from pathlib import Path

from sqlmig.errors import UsageError


def system_user() -> pwd.struct_passwd:
    """The system user that servers run as: the caller, or for root, one without rights.

    Raises:
        UsageError: root calls, and the machine has no such user.
    """
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "_postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise UsageError(
        "PostgreSQL does not run as root, and this machine has no user 'postgres' or 'nobody' to run it as",
        next="Create one (useradd --system postgres), or call sqlmig as another user.",
    )


def run_as_owner(command: list[str | Path], data: Path) -> subprocess.CompletedProcess[str]:
    """Run a program as the user who owns the data, without the caller's own PostgreSQL settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    owner, root = data.stat(), os.geteuid() == 0
    return subprocess.run(
        [str(part) for part in command],
        env={**clean, "LC_ALL": "C", "PGDATA": str(data)},
        cwd=data,
        user=owner.st_uid if root else None,
        group=owner.st_gid if root else None,
        extra_groups=[] if root else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def make_passable(*paths: Path) -> None:
    """As root, let the server's user pass through the folders above; read them it still cannot."""
    if os.geteuid() != 0:
        return
    for path in paths:
        for folder in path.parents:
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod(mode | 0o001)
