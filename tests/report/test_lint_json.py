"""sqlmig's own document of the linter's findings."""

import json

from findings import FIX, INDEX, finding, report
from sqlmig.errors import Place, Problem
from sqlmig.lint.values import Severity
from sqlmig.report.lint_json import lint_json


def test_a_finding_is_there_with_all_that_is_known_of_it():
    document = lint_json(report(INDEX, fixes={INDEX: FIX}), root="/project")
    assert (document["format"], document["root"]) == ("sqlmig.lint/1", "/project")
    assert document["findings"] == [
        {
            "rule": "index-not-concurrent",
            "severity": "error",
            "message": "Building this index blocks every INSERT on deals.",
            "instead": "Build it outside of a transaction:",
            "sql": "CREATE INDEX CONCURRENTLY i ON deals (owner);",
            "place": {
                "file": "sql/tenant/0007_owner.up.sql",
                "line": 3,
                "column": 8,
                "excerpt": "CREATE INDEX i ON deals (owner);",
            },
            "script": "sql/tenant/0007_owner.up.sql",
            "migration": "tenant 0007_owner",
            "statement": 2,
            "accepted": None,
            "fix": {
                "title": "add CONCURRENTLY",
                "file": "sql/tenant/0007_owner.up.sql",
                "edits": [
                    {"start": {"line": 3, "column": 13}, "end": {"line": 3, "column": 13}, "text": " CONCURRENTLY"}
                ],
            },
        }
    ]


def test_accepted_findings_are_there_with_their_reason_and_counted_apart():
    document = lint_json(report(INDEX, finding(accepted="40 rows, ever")), root="/")
    assert [found["accepted"] for found in document["findings"]] == [None, "40 rows, ever"]
    assert document["counts"] == {
        "files": 1,
        "statements": 4,
        "understood": 3,
        "error": 1,
        "warning": 0,
        "info": 0,
        "accepted": 1,
        "problems": 0,
    }


def test_what_could_not_be_read_and_what_was_ignored_is_there():
    problem = Problem("is no text", Place("a.sql"), "save it as UTF-8")
    document = lint_json(report(problems=(problem,)), root="/", ignored=["README.sql"])
    assert document["ignored"] == ["README.sql"]
    assert document["counts"]["problems"] == 1
    assert document["problems"] == [
        {
            "message": "is no text",
            "next": "save it as UTF-8",
            "place": {"file": "a.sql", "line": None, "column": None, "excerpt": None},
        }
    ]


def test_any_text_comes_back_as_it_was():
    odd = finding(message='Quote " \\ \n \t \x07 \u2028 é 🐘', severity=Severity.INFO)
    document = json.loads(json.dumps(lint_json(report(odd), root="/")))
    assert document["findings"][0]["message"] == odd.message
    assert document["counts"]["info"] == 1
