"""Several databases in one report: each under its name, what they have in common once, and the sum."""

import pytest

from sqlmig.errors import ConnectionFailed, LockNotObtained, MigrationFailed, Problem, ProjectError
from sqlmig.report.shards import Section, databases_json, error_document, sections_text, told_text, totals, why


@pytest.mark.parametrize(
    ("statuses", "line"),
    [
        pytest.param({"a": 0}, "1 database: 1 done", id="one"),
        pytest.param({"a": 0, "b": 0, "c": 0}, "3 databases: 3 done", id="all well"),
        pytest.param(
            {"a": 0, "b": 3, "c": 2, "d": 2},
            "4 databases: 1 done, 2 could not be used (c, d), 1 failed (b)",
            id="some not",
        ),
        pytest.param(
            {"a": 1, "b": 4, "c": 5},
            "3 databases: 1 said no (a), 1 blocked by a lock (b), 1 stopped (c)",
            id="none well",
        ),
    ],
)
def test_the_last_line_counts_every_database_and_names_those_that_are_not_done(
    statuses: dict[str, int], line: str
) -> None:
    assert totals([Section(name, status, "") for name, status in statuses.items()]) == line


def test_short_answers_stand_behind_their_names_and_long_ones_below_them() -> None:
    short = [Section("eu-1", 0, "2 of 2 targets where they should be\n"), Section("us-1", 2, "")]
    assert sections_text(short) == (
        "eu-1: 2 of 2 targets where they should be\n2 databases: 1 done, 1 could not be used (us-1)"
    )
    long = [Section("eu-1", 0, "schema  standing\ncore    current\n"), Section("eu-2", 0, "nothing")]
    assert sections_text(long) == "eu-1:\nschema  standing\ncore    current\n\neu-2: nothing\n\n2 databases: 2 done"


def test_what_several_databases_say_alike_is_told_once() -> None:
    told = {"eu-1": "note: x", "eu-2": "", "us-1": "note: x", "us-2": "note: y"}
    assert told_text(told) == "eu-1, us-1: note: x\nus-2: note: y"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionFailed("no server", next="look"), "connection"),
        (MigrationFailed("it failed"), "migration-failed"),
        (LockNotObtained("held"), "lock-not-obtained"),
        (ProjectError([Problem("one"), Problem("two")]), "project"),
        (ValueError("of ours, with a secret"), "internal"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_error_takes_the_place_of_a_database_s_document(error: Exception, kind: str) -> None:
    document = databases_json("status", 2, {"eu-1": {"format": "sqlmig.status/1"}, "us-1": error_document(error)})
    assert document["format"] == "sqlmig.status-databases/1"
    assert document["exit_status"] == 2
    databases = document["databases"]
    assert isinstance(databases, dict)
    assert databases["eu-1"] == {"format": "sqlmig.status/1"}
    assert (databases["us-1"]["format"], databases["us-1"]["kind"]) == ("sqlmig.error/1", kind)
    assert why(error).startswith("sqlmig: error: ")
    assert "secret" not in why(error)
