"""The linter's findings as a JUnit report: a test case for each file."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from sqlmig.errors import Problem
from sqlmig.lint.values import Finding
from sqlmig.report.lint import finding_text, summary
from sqlmig.report.lint_report import LintReport


def lint_junit(report: LintReport, *, fail_on: str) -> str:
    """A test case for each file: it fails with the findings at or above `fail_on`, and prints the others.

    It has one failure at most, with all findings in it: some readers show the first one only.

    Args:
        report: what was found.
        fail_on: `error`, `warning` or `never`.
    """
    failing = report.result.at_least(fail_on)
    suite = ET.Element("testsuite", name="sqlmig lint")
    for path in _paths(report):
        case = ET.SubElement(suite, "testcase", classname="sqlmig lint", name=_valid(path), file=_valid(path))
        found = [finding for finding in report.result.findings if finding.script == path]
        _add_error(case, [problem for problem in report.problems if _file(problem) == path])
        _add_failure(case, [finding for finding in found if finding in failing])
        _add_output(case, [finding for finding in found if finding not in failing])
    ET.SubElement(suite, "system-out").text = _valid(summary(report.result, len(report.problems)))
    for element in (suite, root := ET.Element("testsuites")):
        element.set("tests", str(len(suite.findall("testcase"))))
        element.set("failures", str(len(suite.findall("testcase/failure"))))
        element.set("errors", str(len(suite.findall("testcase/error"))))
    root.append(suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


_NO_FILE = "sqlmig.yaml"
# What XML 1.0 has no way to write, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _paths(report: LintReport) -> list[str]:
    """The files that were judged, and those that could not be read."""
    named = (finding.script for finding in report.result.findings)
    return sorted({*report.files, *named, *map(_file, report.problems)})


def _file(problem: Problem) -> str:
    return problem.place.file if problem.place is not None else _NO_FILE


def _add_error(case: ET.Element, problems: Sequence[Problem]) -> None:
    if problems:
        error = ET.SubElement(case, "error", type="could-not-read", message=_valid(problems[0].message))
        error.text = _valid("\n".join(map(str, problems)))


def _add_failure(case: ET.Element, findings: Sequence[Finding]) -> None:
    if findings:
        rules = ", ".join(dict.fromkeys(finding.rule for finding in findings))
        failure = ET.SubElement(case, "failure", type=findings[0].severity.value, message=_valid(rules))
        failure.text = _valid("\n\n".join(map(finding_text, findings)))


def _add_output(case: ET.Element, findings: Sequence[Finding]) -> None:
    if findings:
        ET.SubElement(case, "system-out").text = _valid("\n\n".join(map(finding_text, findings)))


def _valid(text: str) -> str:
    return _NOT_XML.sub("", text)
