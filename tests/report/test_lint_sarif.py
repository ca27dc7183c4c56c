"""SARIF: valid against the official schema, and with what GitHub's code scanning and editors ask for.

The schema is that of OASIS, as the npm package @microsoft/sarif-multitool-linux 5.7.0 (MIT) carries it.
"""

import json
from pathlib import Path

import jsonschema
import pytest

from findings import FIX, INDEX, at, finding, report
from sqlmig import __version__
from sqlmig.errors import Place, Problem
from sqlmig.lint.catalogue import RULES
from sqlmig.lint.values import Severity
from sqlmig.report.lint_sarif import lint_sarif

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
UNREADABLE = Problem("the template failed", Place("sql/tenant/0009_x.up.sql", 2, 1, "{{ x }}"), "correct it")


def run_of(*findings, root=Path("/srv/project"), documentation=None, **values):
    document = json.loads(
        json.dumps(lint_sarif(report(*findings, **values), RULES, root=root, documentation=documentation))
    )
    VALIDATOR.validate(document)
    [run] = document["runs"]
    return run


def test_the_schema_refuses_what_is_no_sarif():
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]})


@pytest.mark.parametrize(
    "run",
    [
        {},
        {"findings": [INDEX], "fixes": {INDEX: FIX}},
        {"findings": [finding(accepted="40 rows, ever"), INDEX]},
        {"findings": [finding(place=Place("a.sql"), statement=None, instead="", sql="")]},
        {"findings": [finding(place=at("a.sql", 3))]},
        {"findings": [finding(severity=severity) for severity in Severity]},
        {"problems": (UNREADABLE, Problem("nowhere"))},
        {"findings": [finding(rule="no-such-rule")]},
        {"findings": [finding(place=at("sql/ä b#c?d%:\udc80.sql", 1, 1))], "root": Path("/srv/a b/ü#")},
        {"findings": [INDEX], "documentation": "https://example.com/docs/rules/"},
    ],
    ids=["nothing", "fix", "accepted", "no line", "no column", "severities", "unread", "rule", "odd paths", "web"],
)
def test_every_report_is_valid(run):
    run_of(*run.pop("findings", ()), **run)


def test_a_result_names_rule_level_place_and_what_to_write():
    [result] = run_of(INDEX)["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("index-not-concurrent", 0, "error")
    assert result["message"]["text"] == (
        "Building this index blocks every INSERT on deals.\nBuild it outside of a transaction:\n"
        "CREATE INDEX CONCURRENTLY i ON deals (owner);"
    )
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "sql/tenant/0007_owner.up.sql", "uriBaseId": "SRCROOT"},
                "region": {"startLine": 3, "startColumn": 8, "snippet": {"text": "INDEX i ON deals (owner);"}},
            }
        }
    ]
    assert result["properties"] == {"migration": "tenant 0007_owner", "statement": 2}


def test_levels_are_those_of_sarif():
    levels = [result["level"] for result in run_of(*(finding(severity=one) for one in Severity))["results"]]
    assert levels == ["error", "warning", "note"]


def test_the_rules_that_found_something_are_described():
    driver = run_of(INDEX, documentation="https://example.com/docs/rules/")["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("sqlmig", __version__)
    [rule] = driver["rules"]
    assert (rule["id"], rule["name"]) == ("index-not-concurrent", "IndexNotConcurrent")
    assert rule["helpUri"] == "https://example.com/docs/rules/index_not_concurrent.md"
    assert rule["shortDescription"]["text"].startswith("CREATE INDEX without CONCURRENTLY")
    assert "\n\nEffect: " in rule["help"]["text"]
    assert "\n\n**Effect:** " in rule["help"]["markdown"]
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert "core" in rule["properties"]["tags"]


def test_an_index_of_rules_leads_to_the_rule():
    run = run_of(finding(rule="rls-missing"), INDEX, finding(rule="rls-missing", message="again"))
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]


def test_accepted_findings_are_suppressed_with_their_reason_and_the_others_are_not():
    first, second = run_of(INDEX, finding(accepted="40 rows, ever"))["results"]
    assert first["suppressions"] == []
    assert second["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "40 rows, ever"}]


def test_a_result_keeps_its_mark_when_lines_are_put_in_above_it():
    moved = finding(place=at(INDEX.script, 30, 8, INDEX.place.excerpt))
    marks = [run_of(one)["results"][0]["partialFingerprints"] for one in (INDEX, moved)]
    assert marks[0] == marks[1]
    assert list(marks[0]) == ["sqlmigFinding/v1"]


def test_a_fix_replaces_a_region_of_the_template():
    [result] = run_of(INDEX, fixes={INDEX: FIX})["results"]
    assert result["fixes"] == [
        {
            "description": {"text": "add CONCURRENTLY"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "sql/tenant/0007_owner.up.sql", "uriBaseId": "SRCROOT"},
                    "replacements": [
                        {
                            "deletedRegion": {"startLine": 3, "startColumn": 13, "endLine": 3, "endColumn": 13},
                            "insertedContent": {"text": " CONCURRENTLY"},
                        }
                    ],
                }
            ],
        }
    ]


def test_a_run_that_could_not_read_everything_does_not_call_itself_successful():
    [invocation] = run_of(problems=(UNREADABLE,))["invocations"]
    assert invocation["executionSuccessful"] is False
    [notification] = invocation["toolExecutionNotifications"]
    assert (notification["level"], notification["message"]["text"]) == ("error", "the template failed; correct it")
    place = notification["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "sql/tenant/0009_x.up.sql"
    assert run_of(INDEX)["invocations"][0]["executionSuccessful"] is True


def test_odd_paths_are_percent_encoded():
    run = run_of(finding(place=at("sql/ä b#c?d%:\udc80.sql", 1)), root=Path("/srv/a b/ü#"))
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "sql/%C3%A4%20b%23c%3Fd%25%3A%80.sql"
    assert run["originalUriBaseIds"] == {"SRCROOT": {"uri": "file:///srv/a%20b/%C3%BC%23/"}}


def test_columns_count_characters_as_ours_do():
    assert run_of()["columnKind"] == "unicodeCodePoints"
