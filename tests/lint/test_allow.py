"""`-- sqlmig: allow RULE: reason`: one rule, one statement; what it accepts, and what is said when that is nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sqlmig.lint.allow import Allow, allows_of
from sqlmig.lint.context import Context, FileContext
from sqlmig.lint.rule import Rule, file_rule, pair_rule, rule
from sqlmig.lint.rules.bad_ignore import bad_ignore
from sqlmig.lint.rules.unused_ignore import unused_ignore
from sqlmig.lint.run import Linted
from sqlmig.lint.values import Flag
from sqlmig.lint.wholes import PairContext
from sqlmig.sql.operations.rows import Delete, Insert
from sqlmig.sql.operations.tables import CreateTable, DropColumn
from sqlmig.sql.statements import split


@rule(Delete)
def no_delete(operation: Delete, context: Context) -> Iterator[Flag]:
    """DELETE."""
    yield Flag("deletes")


@rule(Insert)
def no_insert(operation: Insert, context: Context) -> Iterator[Flag]:
    """INSERT."""
    yield Flag("inserts")


@rule(DropColumn)
def no_drop(operation: DropColumn, context: Context) -> Iterator[Flag]:
    """DROP COLUMN."""
    yield Flag(f"drops {operation.column}")


@rule(CreateTable)
def no_table(operation: CreateTable, context: Context) -> Iterator[Flag]:
    """CREATE TABLE."""
    yield Flag("a table")


@file_rule()
def no_file(file: FileContext) -> Iterator[Flag]:
    """Any file."""
    yield Flag("a file")


@pair_rule()
def no_pair(pair: PairContext) -> Iterator[Flag]:
    """Any pair."""
    yield Flag("a pair")


BOTH = (no_delete, no_insert)
ALLOW = (*BOTH, bad_ignore, unused_ignore)


def lines(linted: Linted) -> list[tuple[str, int | None]]:
    """What counts, with its line."""
    assert not linted.problems
    return [(finding.rule, finding.place.line) for finding in linted.result.findings]


def accepted(linted: Linted) -> list[tuple[str, int | None, str | None]]:
    """What is accepted, with its line and the reason."""
    return [(finding.rule, finding.place.line, finding.accepted) for finding in linted.result.accepted]


# --- where the comment stands ---


def test_it_counts_for_the_statement_below_and_no_other(linted):
    found = linted("-- sqlmig: allow no-delete: one row\nDELETE FROM t;\nDELETE FROM t;\n", *ALLOW)
    assert accepted(found) == [("no-delete", 2, "one row")]
    assert lines(found) == [("no-delete", 3)]


def test_it_counts_for_one_rule_and_no_other(linted):
    text = "-- sqlmig: allow no-delete: few\nWITH gone AS (DELETE FROM t) INSERT INTO u SELECT 1;\n"
    found = linted(text + "-- sqlmig: allow no-insert: few\nDELETE FROM t;\n", *ALLOW)
    assert ("no-delete", 4) in lines(found)
    assert ("no-insert", 2) in lines(found)
    assert ("unused-ignore", 3) in lines(found)


def test_all_findings_of_the_rule_in_the_statement_are_accepted_by_one(linted):
    found = linted("-- sqlmig: allow no-drop: unused\nALTER TABLE t DROP COLUMN a, DROP COLUMN b;\n", no_drop, *ALLOW)
    assert lines(found) == []
    assert len(found.result.accepted) == 2


def test_several_stand_above_each_other_with_other_comments_between(linted):
    text = (
        "-- sqlmig: allow no-drop: unused\n\n/* why */\n-- sqlmig: allow no-delete: nobody\n-- and so on\n"
        "ALTER TABLE t DROP COLUMN a;\n"
    )
    found = linted(text, no_drop, *ALLOW)
    assert accepted(found) == [("no-drop", 6, "unused")]
    assert lines(found) == [("unused-ignore", 4)]


def test_at_the_end_of_a_line_it_belongs_to_no_statement():
    assert allows_of(split("DELETE FROM t; -- sqlmig: allow no-insert: why\nINSERT INTO t VALUES (1);\n")) == ()


def test_inside_a_statement_it_accepts_nothing(linted):
    found = linted("DELETE\n-- sqlmig: allow no-delete: why\nFROM t;\n", *BOTH)
    assert lines(found) == [("no-delete", 1)]


def test_above_a_block_it_counts_for_all_that_stands_in_it(linted):
    text = "-- sqlmig: allow no-delete: a few\nDO $$ BEGIN\n  DELETE FROM t;\n  INSERT INTO t VALUES (1);\nEND $$;\n"
    found = linted(text, *ALLOW)
    assert accepted(found) == [("no-delete", 3, "a few")]
    assert lines(found) == [("no-insert", 4)]


@pytest.mark.parametrize("quote", ["$$", "'"])
def test_in_a_block_it_counts_for_the_statement_below(linted, quote):
    text = f"DO {quote} BEGIN\n  -- sqlmig: allow no-delete: a few\n  DELETE FROM t;\n  DELETE FROM t;\nEND {quote};\n"
    found = linted(text, *ALLOW)
    assert accepted(found) == [("no-delete", 3, "a few")]
    assert lines(found) == [("no-delete", 4)]


def test_down_files_have_their_own(linted):
    text = "-- migration\n-- sqlmig: allow no-delete: up\nDELETE FROM t;\n-- down\nDELETE FROM t;\n"
    found = linted(text, *ALLOW)
    assert accepted(found) == [("no-delete", 2, "up")]
    assert [finding.place.file[-8:] for finding in found.result.findings] == ["down.sql"]


def test_above_the_first_statement_it_accepts_what_is_said_of_the_file_and_of_its_pair(linted):
    text = "-- sqlmig: allow no-file: yes\n-- sqlmig: allow no-pair: and this\nSELECT 1;\nSELECT 2;\n"
    found = linted(text, no_file, no_pair, *ALLOW)
    assert lines(found) == []
    assert [finding.accepted for finding in found.result.accepted] == ["yes", "and this"]


def test_above_another_statement_it_does_not(linted):
    found = linted("SELECT 1;\n-- sqlmig: allow no-file: yes\nSELECT 2;\n", no_file, *ALLOW)
    assert lines(found) == [("no-file", 1), ("unused-ignore", 2)]


# --- samples and macros ---

SAMPLES = "-- config: lint: {samples: [{slug: acme, plan: free}, {slug: globex, plan: paid}]}\n"
MACRO = "-- config: macros: sql/macros\n-- file: sql/macros/m.sql\n"


def test_what_one_sample_needs_is_used(linted):
    branches = "{% if tenant.plan == 'paid' %}\nDELETE FROM t;\n{% else %}\nSELECT 1;\n{% endif %}\n"
    found = linted(f"{SAMPLES}-- sqlmig: allow no-delete: few\n{branches}", *ALLOW)
    assert lines(found) == []
    assert accepted(found) == [("no-delete", 3, "few")]


@pytest.mark.parametrize("plan", ["free", "paid"])
def test_what_is_accepted_for_one_sample_only_counts(linted, plan):
    text = f"{{% if tenant.plan == '{plan}' %}}\n-- sqlmig: allow no-delete: few\n{{% endif %}}\nDELETE FROM t;\n"
    found = linted(SAMPLES + text, *ALLOW)
    assert lines(found) == [("no-delete", 4)]
    assert accepted(found) == []


def test_above_a_macro_call_it_counts_for_that_call(linted):
    macro = (
        f"{MACRO}{{% macro clear() %}}DELETE FROM t;{{% endmacro %}}\n-- migration\n{{% from 'm.sql' import clear %}}\n"
    )
    call = "{{ clear() }}\n"
    found = linted(f"{macro}-- sqlmig: allow no-delete: few\n{call}", *ALLOW)
    assert accepted(found) == [("no-delete", 1, "few")]
    assert lines(found) == []


@pytest.mark.parametrize("first", [True, False], ids=["the first", "the second"])
def test_a_macro_that_is_called_twice_and_accepted_once_counts(linted, first):
    macro = (
        f"{MACRO}{{% macro clear() %}}DELETE FROM t;{{% endmacro %}}\n-- migration\n{{% from 'm.sql' import clear %}}\n"
    )
    call, allow = "{{ clear() }}\n", "-- sqlmig: allow no-delete: few\n"
    found = linted(macro + (allow + call + call if first else call + allow + call), *ALLOW)
    assert lines(found) == [("no-delete", 1)]


def test_in_a_macro_it_counts_for_every_call(linted):
    text = (
        f"{MACRO}{{% macro clear() %}}\n-- sqlmig: allow no-delete: few\nDELETE FROM t;\n{{% endmacro %}}\n"
        "-- migration\n{% from 'm.sql' import clear %}\n{{ clear() }}\n{{ clear() }}\n"
    )
    found = linted(text, *ALLOW)
    assert lines(found) == []
    assert accepted(found) == [("no-delete", 3, "few")]


# --- those that accept nothing ---


def test_one_that_accepts_nothing_is_told_at_its_place(linted):
    found = linted("SELECT 1;\n  -- sqlmig: allow no-delete: few\nSELECT 2;\n", *ALLOW)
    [finding] = found.result.findings
    assert (finding.rule, finding.place.line, finding.place.column) == ("unused-ignore", 2, 3)
    assert finding.message == "This accepts no-delete, but that rule finds nothing in the statement below."


def test_the_second_of_the_same_rule_accepts_nothing(linted):
    text = "-- sqlmig: allow no-delete: few\n-- sqlmig: allow no-delete: none\nDELETE FROM t;\n"
    found = linted(text, *ALLOW)
    assert accepted(found) == [("no-delete", 3, "few")]
    assert lines(found) == [("unused-ignore", 2)]


def test_a_rule_that_there_is_not_is_told_with_the_one_that_was_meant(linted):
    found = linted("-- sqlmig: allow no-delte: few\nDELETE FROM t;\n", *ALLOW)
    assert lines(found) == [("bad-ignore", 1), ("no-delete", 2)]
    assert found.result.findings[0].message == "There is no rule 'no-delte'; did you mean 'no-delete'?"


@pytest.mark.parametrize("config", ["rules: {no-delete: 'off'}", "paths: {'*.up.sql': {no-delete: 'off'}}"])
def test_for_a_rule_that_is_off_nothing_is_said(linted, config):
    found = linted(f"-- config: lint: {{{config}}}\n-- sqlmig: allow no-delete: few\nDELETE FROM t;\n", *ALLOW)
    assert lines(found) == []
    assert accepted(found) == []


# --- how it is written ---


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("-- sqlmig: allow a-rule: why", "why"),
        ("--sqlmig:allow a-rule:why", "why"),
        ("--  sqlmig:  allow\ta-rule :  why: so  ", "why: so"),
        ("-- sqlmig: allow a-rule: -- why", "-- why"),
        ("-- sqlmig: allow a-rule:", None),
        ("-- sqlmig: allow a-rule", None),
        ("-- sqlmig: allow: why", None),
        ("-- sqlmig: allow A-rule: why", None),
        ("-- sqlmig: allow a-rule, other: why", None),
        ("-- see sqlmig: allow a-rule: why", None),
        ("/* sqlmig: allow a-rule: why */", None),
    ],
)
def test_the_comment_names_one_rule_and_a_reason(comment, reason):
    allows = allows_of(split(f"{comment}\nSELECT 1;"))
    assert [allow.reason for allow in allows] == ([reason] if reason else [])


@pytest.mark.parametrize(("at", "covered"), [(39, False), (40, True), (45, True), (50, True), (51, False)])
def test_it_covers_its_statement_from_the_first_character_to_the_last(at, covered):
    allow = Allow("a-rule", "why", at=3, start=40, end=50)
    assert allow.covers("a-rule", at) is covered
    assert not allow.covers("another-rule", at)


def test_the_rules_of_these_tests_have_the_names_that_they_are_called_by():
    assert [each.name for each in ALLOW] == ["no-delete", "no-insert", "bad-ignore", "unused-ignore"]
    assert all(isinstance(each, Rule) for each in ALLOW)
