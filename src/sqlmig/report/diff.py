"""What changed since a git ref, for reviewers."""

from __future__ import annotations

from sqlmig.plan.diff import Diff, FileDiff
from sqlmig.report.words import counted


def diff_text(diff: Diff) -> str:
    """The unified diffs, one after the other, as `git diff` would print them."""
    if not diff.files:
        return f"no migration changed since {diff.ref}\n"
    return "\n".join(one.unified for one in diff.files)


def diff_markdown(diff: Diff) -> str:
    """For a comment on a pull request: a heading and a fenced diff for each file."""
    if not diff.files:
        return f"No migration changed since `{diff.ref}`.\n"
    head = f"## {counted(len(diff.files), 'SQL file')} changed since `{diff.ref}`"
    return "\n\n".join([head, *(_file_markdown(one) for one in diff.files)]) + "\n"


def diff_json(diff: Diff) -> dict[str, object]:
    """Every file that changed, for programs."""
    return {
        "format": "sqlmig.diff/1",
        "ref": diff.ref,
        "files": [
            {"path": one.path, "track": one.track, "change": one.change.value, "diff": one.unified}
            for one in diff.files
        ],
    }


def _file_markdown(one: FileDiff) -> str:
    # A text that has a fence of its own gets a longer one around it.
    fence = "```"
    while fence in one.unified:
        fence += "`"
    return f"### `{one.path}` ({one.change.value})\n\n{fence}diff\n{one.unified.rstrip()}\n{fence}"
