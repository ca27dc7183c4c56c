"""What git knows of a project: the commit it is at, its files as they were at another, and what changed since."""

from __future__ import annotations

import io
import os
import shlex
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from sqlmig.errors import UsageError
from sqlmig.project.checksums import normalised
from sqlmig.project.gitcommand import BROKEN, git, output, refusal, run

MAIN_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


class Change(Enum):
    """What happened to a file."""

    ADDED = "added"
    MODIFIED = "modified"
    RENAMED = "renamed"
    """Perhaps modified as well."""
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that is not as it was."""

    path: str
    """Relative to the project's root, with forward slashes; of a deleted file, where it was."""
    change: Change
    before: str | None = None
    """Its path at the base; None when it was not there."""
    base_text: str | None = field(default=None, repr=False)
    """Its text at the base, normalised as files are read; None when it was not there."""


@dataclass(frozen=True, slots=True)
class ChangedFiles:
    """The SQL files of a project that differ from a commit."""

    root: Path
    """The project's folder."""
    base: str
    """The commit that the files in the working tree are compared with."""
    changed: Mapping[str, ChangedFile]
    """By path. A file behind a linked folder goes by the path that git has for it: `of` finds it by either."""

    def of(self, path: str) -> ChangedFile | None:
        """What happened to a file; None when it is as it was at the base."""
        if path in self.changed:
            return self.changed[path]
        real = (self.root / path).resolve()
        root = self.root.resolve()
        return self.changed.get(real.relative_to(root).as_posix()) if real.is_relative_to(root) else None

    def had(self, path: str) -> bool:
        """Whether the base had a file, which is there now, under the same path."""
        changed = self.of(path)
        return changed is None or changed.before == changed.path

    def base_text(self, path: str) -> str | None:
        """The text at the base of a file that changed; None when it was not there.

        Raises:
            KeyError: the file did not change, so that its text is the one that it has now.
        """
        changed = self.of(path)
        if changed is None:
            raise KeyError(path)
        return changed.base_text


def head_commit(root: Path) -> str | None:
    """The commit that is checked out, with `-dirty` when the project differs from it; None outside of a repository."""
    try:
        commit = git(root, "rev-parse", "HEAD")
        changed = git(root, "status", "--porcelain", "--untracked-files=all", "--", ".")
    except (UsageError, OSError):
        return None
    return f"{commit}-dirty" if changed else commit


def merge_base(root: Path) -> str:
    """Where the branch that is checked out left the main one.

    Raises:
        UsageError: no repository, or no main branch.
    """
    git(root, "rev-parse", "--git-dir")
    for branch in MAIN_BRANCHES:
        try:
            return git(root, "merge-base", "HEAD", branch)
        except UsageError:
            continue
    raise UsageError(
        f"no main branch was found; looked for {', '.join(MAIN_BRANCHES)}",
        next="name what to compare with: sqlmig diff REF",
    )


def changed_since(root: Path, ref: str) -> ChangedFiles:
    """The SQL files of a project that differ between the point where this branch left `ref` and the working tree.

    That point is the merge base of `ref` and what is checked out, or `ref` itself when they have none in common.
    Files that git does not know yet are included, those that it ignores are not. A renamed file is recognised as git
    does it; one that git does not know yet, by its text.

    Raises:
        UsageError: no repository, no such ref, or a clone without the commits that it takes.
    """
    commit = _commit(root, ref)
    base = _common_commit(root, commit, ref)
    differences = _differences(root, base)
    texts = _texts(root, [one.blob for one in differences if one.blob is not None])
    files = [replace(one.file, base_text=texts.get(one.blob or "")) for one in differences]
    added = [ChangedFile(path, Change.ADDED) for path in _unknown_files(root)]
    return ChangedFiles(root, base, {one.path: one for one in _with_renames(root, files, added)})


@contextmanager
def checkout(root: Path, ref: str) -> Iterator[Path | None]:
    """The project's folder as it was at `ref`, in a temporary folder; None when it was not there yet.

    Raises:
        UsageError: no repository, or no such ref.
    """
    commit = _commit(root, ref)
    top = Path(git(root, "rev-parse", "--show-toplevel"))
    inside = root.resolve().relative_to(top.resolve()).as_posix()
    folder_then = commit if inside == "." else f"{commit}:{inside}"
    try:
        git(root, "cat-file", "-e", folder_then)
    except UsageError:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="sqlmig-diff-") as folder:
        _extract(top, folder_then, Path(folder))
        yield Path(folder)


_SQL_FILES = ":(icase)*.sql"


@dataclass(frozen=True, slots=True)
class _Difference:
    """One line of `git diff --raw`."""

    file: ChangedFile
    blob: str | None
    """What git keeps its text at the base under; None when it was not there."""


def _differences(root: Path, base: str) -> list[_Difference]:
    """What git says of the files that it knows, paths relative to the project's folder."""
    options = ["--raw", "-z", "--no-abbrev", "--find-renames", "--relative", "--no-ext-diff", "--ignore-submodules"]
    fields = iter(output(root, "diff", *options, base, "--", _SQL_FILES).split(b"\0"))
    found = []
    for head in fields:
        if not head:
            break
        _, _, blob, _, status = head.decode("ascii").split(" ")
        before = os.fsdecode(next(fields))
        path = os.fsdecode(next(fields)) if status.startswith("R") else before
        # Objects have longer names where a repository uses SHA-256.
        was_there = blob.strip("0") != ""
        file = ChangedFile(path, _change(status, was_there=was_there), before if was_there else None)
        found.append(_Difference(file, blob if was_there else None))
    return found


def _change(status: str, *, was_there: bool) -> Change:
    if status.startswith("R"):
        return Change.RENAMED
    if status == "D":
        return Change.DELETED
    return Change.MODIFIED if was_there else Change.ADDED


def _unknown_files(root: Path) -> list[str]:
    """The files that git does not know yet."""
    listed = output(root, "ls-files", "-z", "--others", "--exclude-standard", "--", _SQL_FILES)
    return [path for path in os.fsdecode(listed).split("\0") if path and not path.endswith("/")]


def _texts(root: Path, blobs: Sequence[str]) -> dict[str, str]:
    """The texts of all blobs, read by one process."""
    if not blobs:
        return {}
    batch = output(root, "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    texts: dict[str, str] = {}
    at = 0
    for blob in blobs:
        end = batch.index(b"\n", at)
        *_, kind, size = batch[at:end].decode().split(" ")
        if kind != "blob":
            raise UsageError(f"git could not read {blob}: it is {size}", next=BROKEN)
        at = end + 1 + int(size)
        texts[blob] = _text(batch[end + 1 : at])
        at += 1
    return texts


def _text(content: bytes) -> str:
    """A file's text as files are read; what was no text then differs from every text now."""
    try:
        return normalised(content)
    except UnicodeDecodeError:
        return content.decode("utf-8", errors="replace")


def _with_renames(root: Path, known: Iterable[ChangedFile], added: Iterable[ChangedFile]) -> Iterator[ChangedFile]:
    """All files, a deleted one and an unknown one of the same text as one that was renamed."""
    gone = {one.base_text: one for one in known if one.change is Change.DELETED and one.base_text}
    renamed: set[str] = set()
    for one in added:
        text = _content(root / one.path) if gone else None
        before = gone.pop(text, None) if text else None
        if before is None:
            yield one
        else:
            renamed.add(before.path)
            yield replace(before, path=one.path, change=Change.RENAMED)
    yield from (one for one in known if one.path not in renamed)


def _content(file: Path) -> str | None:
    try:
        return _text(file.read_bytes())
    except OSError:
        return None


def _commit(root: Path, ref: str) -> str:
    """The commit that a ref names."""
    wanted = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    done = run(root, *wanted)
    if done.returncode != 0:
        git(root, "rev-parse", "--git-dir")
        raise UsageError(f"git knows no '{ref}'", next=_how_to_get(root, ref))
    return done.stdout.decode().strip()


def _how_to_get(root: Path, ref: str) -> str:
    """Advice for a ref that is not there: in CI it is often another clone's."""
    remotes = git(root, "remote").split()
    remote, _, branch = ref.partition("/")
    if remote in remotes and branch:
        # A clone of one branch fetches the others only when it is told where to put them.
        return f"fetch it: git fetch {remote} {shlex.quote(f'{branch}:refs/remotes/{ref}')}"
    known = git(root, "for-each-ref", "--format=%(refname:short)", f"refs/remotes/*/{ref}").split()
    return f"did you mean '{known[0]}'?" if known else "name a branch, a tag or a commit"


def _common_commit(root: Path, commit: str, ref: str) -> str:
    done = run(root, "merge-base", "HEAD", commit)
    if done.returncode == 0:
        return done.stdout.decode().strip()
    # 1 says that there is none; before the first commit of a branch there is no HEAD to ask for.
    if done.returncode != 1 and run(root, "rev-parse", "--verify", "--quiet", "HEAD").returncode == 0:
        raise refusal(done)
    if git(root, "rev-parse", "--is-shallow-repository") == "true":
        raise UsageError(
            f"git finds no commit that '{ref}' and this branch have in common",
            state="this is a shallow clone, which lacks the older commits",
            next="git fetch --unshallow; in CI, check out with the whole history (fetch-depth: 0)",
        )
    return commit


def _extract(top: Path, tree: str, folder: Path) -> None:
    done = run(top, "archive", "--format=tar", tree)
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
