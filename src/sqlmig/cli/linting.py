"""What `sqlmig lint` reads and writes besides files of the project: stdin, reports, the pages of the rules."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlmig.cli.output import table_style
from sqlmig.errors import Place, Problem, ProjectError, UsageError
from sqlmig.project.checksums import normalised
from sqlmig.project.macros import shipped_macros
from sqlmig.project.nearest import did_you_mean
from sqlmig.report.table import PLAIN

if TYPE_CHECKING:
    from sqlmig.lint.fix import TemplateFix
    from sqlmig.lint.rule import Rule
    from sqlmig.lint.values import Finding
    from sqlmig.report.lint_report import LintReport
    from sqlmig.review import Review

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Output:
    """A report that goes into a file."""

    format: str
    file: Path


class OutputType(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases of click only
    """`FORMAT=FILE`."""

    name = "output"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """The two parts."""
        form, _, file = str(value).partition("=")
        if not file:
            self.fail(f"'{value}' is not FORMAT=FILE, such as sarif=lint.sarif", param, ctx)
        if form not in FORMATS:
            self.fail(f"there is no '{form}'; {did_you_mean(form, FORMATS)}", param, ctx)
        return Output(form, Path(file))


@dataclass(frozen=True, eq=False, repr=False)
class Reporter:
    """Writes one review down in any format."""

    review: Review
    fail_on: str
    verbose: bool

    def on_stdout(self, form: str) -> str:
        """The report as stdout gets it: painted, where that is a terminal."""
        from sqlmig.report.lint import lint_text

        if form != "text":
            return self._machine(form)
        report = self.for_people
        return lint_text(report.result, report.problems, style=table_style(), accepted=self.verbose)

    def into_file(self, output: Output) -> None:
        """Write a report into a file.

        Raises:
            UsageError: it cannot be written.
        """
        from sqlmig.report.lint import lint_text

        report = self.for_people
        if output.format == "text":
            text = lint_text(report.result, report.problems, style=PLAIN, accepted=self.verbose)
        else:
            text = self._machine(output.format)
        try:
            output.file.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        except OSError as error:
            raise UsageError(f"{output.file} cannot be written: {error.strerror}", next="name another file") from error

    @property
    def for_people(self) -> LintReport:
        """Paths start from the current folder: as they were typed, and as a terminal opens them."""
        return self._report({}).with_paths(self._relative_to(Path.cwd()))

    def _report(self, fixes: Mapping[Finding, TemplateFix]) -> LintReport:
        from sqlmig.report.lint_report import LintReport

        return LintReport(self.review.result, self.review.problems, self.review.judged, fixes)

    def _fixes(self) -> Mapping[Finding, TemplateFix]:
        if all(finding.fix is None for finding in self.review.result.findings):
            return {}
        from sqlmig.fixing import template_fixes

        return template_fixes(self.review).certain

    def _machine(self, form: str) -> str:
        """Paths start from the project's folder in sqlmig's own format, in others from that of the repository."""
        if form == "json":
            from sqlmig.report.lint_json import lint_json

            root = str(self.review.files.config.root)
            return _json(lint_json(self._report(self._fixes()), root=root, ignored=self.review.ignored))
        repository = self._repository
        report = self._report(self._fixes()).in_files(without=shipped_macros())
        report = report.with_paths(self._relative_to(repository))
        if form == "sarif":
            from sqlmig.lint.catalogue import RULES
            from sqlmig.report.lint_sarif import lint_sarif

            return _json(lint_sarif(report, RULES, root=repository, documentation=_documentation()))
        if form == "gitlab":
            from sqlmig.report.lint_gitlab import lint_gitlab

            return _json(lint_gitlab(report))
        if form == "junit":
            from sqlmig.report.lint_junit import lint_junit

            return lint_junit(report, fail_on=self.fail_on)
        from sqlmig.report.lint_github import lint_github

        return lint_github(report)

    @property
    def _repository(self) -> Path:
        """The top of the git repository that the project is in; without one, the project's folder."""
        root = self.review.files.config.root.resolve()
        return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)

    def _relative_to(self, folder: Path) -> Callable[[str], str]:
        root = self.review.files.config.root.resolve()
        start = folder.resolve()

        def shown(path: str) -> str:
            # What comes with sqlmig is in no folder of the project.
            return path if path in shipped_macros() else Path(os.path.relpath(root / path, start)).as_posix()

        return shown


def stdin_text(filename: str) -> str:
    """What stands on stdin, as files are read.

    Raises:
        ProjectError: it is no text.
    """
    advice = "save the file as UTF-8"
    try:
        text = normalised(sys.stdin.buffer.read())
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text: byte {error.start + 1} cannot be read"
        raise ProjectError([Problem(message, Place(filename), advice)]) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise ProjectError([Problem("has a NUL byte, which SQL cannot carry", Place(filename, line), advice)])
    return text


def rule_named(name: str) -> Rule:
    """The rule of that name.

    Raises:
        UsageError: there is none.
    """
    from sqlmig.lint.catalogue import RULES
    from sqlmig.project.nearest import nearest

    rules = {rule.name: rule for rule in RULES}
    if name in rules:
        return rules[name]
    near = nearest(name, rules)
    raise UsageError(
        f"there is no rule '{name}'" + (f"; did you mean '{near}'?" if near else ""),
        next="`sqlmig lint --list-rules` shows all of them",
    )


def page_of(rule: Rule) -> str:
    """The page of a rule: in the package, or in a checkout beside it.

    Raises:
        UsageError: a checkout in which the page was not written yet.
    """
    name = f"{rule.stem}.md"
    folders = (resources.files("sqlmig.lint") / "pages", Path(__file__).resolve().parents[3] / "docs" / "rules")
    for folder in folders:
        if (page := folder / name).is_file():
            return page.read_text(encoding="utf-8")
    raise UsageError(f"the page docs/rules/{name} was not written yet", next="run `make docs`")


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _documentation() -> str | None:
    """Where the pages of the rules are on the web, if the package says so."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        urls = metadata("sqlmig").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    named = dict(url.split(", ", 1) for url in urls)
    home = named.get("Documentation")
    return f"{home.rstrip('/')}/rules/" if home is not None else None
