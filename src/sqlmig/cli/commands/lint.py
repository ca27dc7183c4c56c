"""`sqlmig lint`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlmig.cli.invocation import Invocation, command
from sqlmig.cli.linting import FORMATS, Output, OutputType, Reporter, page_of, rule_named, stdin_text
from sqlmig.cli.options import Choice, format_option
from sqlmig.cli.output import show, show_json, table_style, tell
from sqlmig.errors import UsageError

if TYPE_CHECKING:
    from sqlmig.fixing import Fixing
    from sqlmig.review import Review

STDIN = "-"

_Look = Callable[..., "Review"]


@command("lint")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--since", metavar="REF", help="Judge only what changed since this branch left REF.")
@click.option(
    "--fail-on",
    type=Choice("error", "warning", "never"),
    help="The mildest finding for status 1; without it, lint.fail_on counts.",
)
@click.option(
    "--output",
    "outputs",
    type=OutputType(),
    multiple=True,
    metavar="FORMAT=FILE",
    help="Write a report into a file too; may be repeated.",
)
@click.option("--fix", is_flag=True, help="Make the changes that are certain; shown as a diff first.")
@click.option("--yes", is_flag=True, help="With --fix: write without asking.")
@click.option("--stdin-filename", metavar="FILE", help="With the path -: the file that stdin stands in place of.")
@click.option("--list-rules", is_flag=True, help="List all rules.")
@click.option("--explain", metavar="RULE", help="Show the page of a rule.")
@format_option(*FORMATS)
def lint(
    invocation: Invocation,
    paths: tuple[str, ...],
    since: str | None,
    fail_on: str | None,
    outputs: tuple[Output, ...],
    fix: bool,
    yes: bool,
    stdin_filename: str | None,
    list_rules: bool,
    explain: str | None,
    output: str,
) -> int:
    """Say what migrations lock, break or let leak, and what to write instead.

    PATH is a file or a folder; without any, everything is judged. All other migrations are read too, for the schema
    that each one meets. The path - reads stdin. No database is needed. The exit status is 1 with findings at or above
    lint.fail_on, and 2 when something could not be read.

    --fix writes into files. Which migrations were applied already it cannot know, and those must not be changed any
    more: name the new ones, or let --since do it.
    """
    if list_rules or explain:
        return _show_rules(explain, output)
    _check(paths, outputs, fix=fix, yes=yes, stdin_filename=stdin_filename)
    look = _look(invocation, paths, since, stdin_filename)
    review = look()
    declined = False
    if fix:
        review, declined = _fix(review, look, output, yes=yes)
    for path in review.ignored:
        tell(f"not judged: {path} is no migration of this project")
    config = review.files.config
    reporter = Reporter(review, fail_on or config.lint.fail_on, invocation.verbose)
    for one in outputs:
        reporter.into_file(one)
    show(reporter.on_stdout(output))
    return max(review.exit_status(fail_on), 1 if declined else 0)


def _show_rules(explain: str | None, output: str) -> int:
    from sqlmig.lint.catalogue import RULES
    from sqlmig.report.rules import rules_json, rules_text

    option = "--explain" if explain else "--list-rules"
    if output not in ("text", "json"):
        raise UsageError(f"{option} answers as text or json, not as {output}", next="leave --format out")
    if explain is None:
        if output == "json":
            show_json(rules_json(RULES))
        else:
            show(rules_text(RULES, style=table_style()))
        return 0
    rule = rule_named(explain)
    if output == "json":
        show_json({**rules_json([rule]), "page": page_of(rule)})
    else:
        show(page_of(rule))
    return 0


def _check(
    paths: Sequence[str], outputs: Sequence[Output], *, fix: bool, yes: bool, stdin_filename: str | None
) -> None:
    """Refuse what makes no sense together."""
    if paths.count(STDIN) > 1:
        raise UsageError("the path - stands here twice", next="give it once")
    if STDIN in paths and stdin_filename is None:
        raise UsageError(
            "the path - needs --stdin-filename", next="say which file it stands in place of: --stdin-filename FILE"
        )
    if stdin_filename is not None and STDIN not in paths:
        raise UsageError("--stdin-filename needs the path -", next="add -, or leave the option out")
    if fix and STDIN in paths:
        raise UsageError("--fix writes files, and stdin is none", next="leave one of them out")
    if yes and not fix:
        raise UsageError("--yes needs --fix", next="add --fix, or leave --yes out")
    files = [one.file for one in outputs]
    if twice := next((file for file in files if files.count(file) > 1), None):
        raise UsageError(f"--output names {twice} twice", next="give each report a file of its own")


def _look(invocation: Invocation, paths: Sequence[str], since: str | None, stdin_filename: str | None) -> _Look:
    """The review that is asked for; called again, it reads the files again."""
    from sqlmig.review import review

    chosen = [Path(stdin_filename or path if path == STDIN else path) for path in paths]
    texts = {Path(stdin_filename): stdin_text(stdin_filename)} if stdin_filename is not None else {}
    return partial(review, invocation.configuration(), paths=chosen or None, since=since, texts=texts)


def _fix(review: Review, look: _Look, output: str, *, yes: bool) -> tuple[Review, bool]:
    """Show what fixing would change, and write it if that is wanted; the files as they are then, and if it was not."""
    from sqlmig.fixing import fixing, write

    def again(texts: Mapping[Path, str]) -> Review:
        return look(texts=texts)

    found = fixing(review, again)
    _show_fixing(found, output)
    if not found.after:
        return review, False
    if not yes and not _confirmed(len(found.after)):
        tell("nothing was written; to write it: --fix --yes")
        return review, True
    write(review.files.config.root, found)
    return look(), False


def _show_fixing(found: Fixing, output: str) -> None:
    """The diff; what else goes to stdout must be alone there when it is for machines."""
    from sqlmig.project.checksums import normalised
    from sqlmig.report.lint_fix import diff_text, left_text

    for path, after in found.after.items():
        before = normalised(found.before[path])
        diff = diff_text(path, before, normalised(after), style=table_style())
        show(diff) if output == "text" else tell(diff)
    if found.after and output == "text":
        show("")
    for finding, reason in found.refused.items():
        tell(left_text(finding, reason))
    if not found.after:
        tell("there is nothing to fix")


def _confirmed(files: int) -> bool:
    """Whether somebody is there and says yes."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return click.confirm(f"write {files} file{'s' if files > 1 else ''}?", err=True)
