"""Calls git: the only place that does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from sqlmig.errors import UsageError

OUTSIDE = "run it inside of the project's repository"
BROKEN = "run git fsck; where it finds something wrong, clone the repository anew"


def git(root: Path, *arguments: str) -> str:
    """What git prints in a folder, as text without white space around it.

    Raises:
        UsageError: git is not installed, or says no.
    """
    return output(root, *arguments).decode("utf-8", errors="replace").strip()


def output(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """What git prints in a folder, to the byte.

    Raises:
        UsageError: git is not installed, or says no.
    """
    done = run(root, *arguments, stdin=stdin)
    if done.returncode != 0:
        raise refusal(done)
    return done.stdout


def run(root: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Runs git in a folder, and leaves it to the caller what its exit status means.

    Raises:
        UsageError: git is not installed.
    """
    # Only looking: git must not write the index, which a commit that runs this as its hook has locked.
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    if "GIT_WORK_TREE" not in environment:
        # A hook in a linked work tree gets GIT_DIR alone: git would then take the project's folder for the whole tree.
        environment.pop("GIT_DIR", None)
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments], input=stdin, capture_output=True, check=False, env=environment
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed", next="install git") from error


def refusal(done: subprocess.CompletedProcess[bytes]) -> UsageError:
    """The error for a call that git refused."""
    said = done.stderr.decode("utf-8", errors="replace").strip().removeprefix("fatal: ")
    trust = next((line.strip() for line in said.splitlines() if "safe.directory" in line), None)
    if trust is not None:
        return UsageError(f"git: {said.splitlines()[0]}", next=trust)
    outside = "not a git repository" in said
    return UsageError(f"git: {said or 'it failed'}", next=OUTSIDE if outside else BROKEN)
