"""What git knows of a project: the commit it is at, and its files as they were at another."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmig.errors import UsageError

MAIN_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def head_commit(root: Path) -> str | None:
    """The commit that is checked out, with `-dirty` when the project differs from it; None outside of a repository."""
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=all", "--", ".")
    except (UsageError, OSError):
        return None
    return f"{commit}-dirty" if changed else commit


def merge_base(root: Path) -> str:
    """Where the branch that is checked out left the main one.

    Raises:
        UsageError: no repository, or no main branch.
    """
    _git(root, "rev-parse", "--git-dir")
    for branch in MAIN_BRANCHES:
        try:
            return _git(root, "merge-base", "HEAD", branch)
        except UsageError:
            continue
    raise UsageError(
        f"no main branch was found; looked for {', '.join(MAIN_BRANCHES)}",
        next="name what to compare with: sqlmig diff REF",
    )


@contextmanager
def checkout(root: Path, ref: str) -> Iterator[Path | None]:
    """The project's folder as it was at `ref`, in a temporary folder; None when it was not there yet.

    Raises:
        UsageError: no repository, or no such ref.
    """
    try:
        commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    except UsageError as error:
        _git(root, "rev-parse", "--git-dir")
        raise UsageError(f"git knows no '{ref}'", next="name a branch, a tag or a commit") from error
    top = Path(_git(root, "rev-parse", "--show-toplevel"))
    inside = root.resolve().relative_to(top.resolve()).as_posix()
    folder_then = commit if inside == "." else f"{commit}:{inside}"
    try:
        _git(root, "cat-file", "-e", folder_then)
    except UsageError:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="sqlmig-diff-") as folder:
        _extract(top, folder_then, Path(folder))
        yield Path(folder)


def _extract(top: Path, tree: str, folder: Path) -> None:
    command = ["git", "-C", str(top), "archive", "--format=tar", tree]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        raise UsageError(f"git could not read {tree}: {done.stderr.decode(errors='replace').strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter=_inside_only)  # noqa: S202  the filter keeps it inside


def _inside_only(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """A link that leads out of the folder is left behind: there is no migration of this project at its end."""
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed", next="install git") from error
    if done.returncode != 0:
        said = done.stderr.strip().removeprefix("fatal: ")
        raise UsageError(f"git: {said or 'it failed'}", next="run it inside of the project's repository")
    return done.stdout.strip()
