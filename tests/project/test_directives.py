from __future__ import annotations

import pytest

from sqlmig.project.directives import FileKind, read_directives
from sqlmig.project.model import Directives, Phase, Requirement

UP, DOWN, VERIFY, REPEATABLE, LIFECYCLE = FileKind


WORDS = (
    "after, allow, irreversible, lock_timeout, out-of-order, phase, requires, statement_timeout, touches, transaction"
)


def told(text: str, kind: FileKind = UP) -> str:
    """What people are told about the one thing that is wrong with a file's directives."""
    _, problems = read_directives(text, "sql/a.sql", kind)
    [problem] = problems
    return str(problem)


@pytest.mark.parametrize(
    ("line", "kind", "wanted"),
    [
        ("transaction off", UP, Directives(transaction=False)),
        ("transaction off", DOWN, Directives(transaction=False)),
        ("requires platform 0005", UP, Directives(requires=(Requirement("platform", 5),))),
        (
            "requires platform 20240101120000",
            REPEATABLE,
            Directives(requires=(Requirement("platform", 20240101120000),)),
        ),
        ("irreversible the old values are gone", UP, Directives(irreversible="the old values are gone")),
        ("lock_timeout 5s", UP, Directives(lock_timeout="5s")),
        ("statement_timeout 10min", REPEATABLE, Directives(statement_timeout="10min")),
        ("phase contract", UP, Directives(phase=Phase.CONTRACT)),
        ("touches core.index core.other", UP, Directives(touches=("core.index", "core.other"))),
        ("out-of-order merged from 2.4", UP, Directives(out_of_order="merged from 2.4")),
        ("after deals owners", REPEATABLE, Directives(after=("deals", "owners"))),
        ("allow some-rule: 40 rows, ever", LIFECYCLE, Directives()),
    ],
)
def test_a_directive_of_the_head_is_read(line, kind, wanted):
    assert read_directives(f"-- sqlmig: {line}\nSELECT 1;\n", "sql/a.sql", kind) == (wanted, [])


@pytest.mark.parametrize(
    ("line", "kind", "message", "next"),
    [
        (
            "transacton off",
            UP,
            "unknown directive 'transacton'; did you mean 'transaction'?",
            "see docs/file-format.md for the directives",
        ),
        (
            "Transaction off",
            UP,
            "unknown directive 'Transaction'; did you mean 'transaction'?",
            "see docs/file-format.md for the directives",
        ),
        (
            "zzz",
            UP,
            f"unknown directive 'zzz'; known: {WORDS}",
            "see docs/file-format.md for the directives",
        ),
        ("transaction", UP, "directive 'transaction' needs 'off' behind it", "write: -- sqlmig: transaction off"),
        ("transaction on", UP, "directive 'transaction' takes 'off', not 'on'", "write: -- sqlmig: transaction off"),
        (
            "requires platform",
            UP,
            "directive 'requires' needs a track and a version",
            "write: -- sqlmig: requires platform 0005",
        ),
        (
            "requires platform five",
            UP,
            "directive 'requires' needs a track and a version",
            "write: -- sqlmig: requires platform 0005",
        ),
        (
            "requires platform ٣",
            UP,
            "directive 'requires' needs a track and a version",
            "write: -- sqlmig: requires platform 0005",
        ),
        (
            f"requires platform {'9' * 5000}",
            UP,
            "directive 'requires' needs a track and a version",
            "write: -- sqlmig: requires platform 0005",
        ),
        (
            "irreversible",
            UP,
            "directive 'irreversible' needs a reason",
            "write: -- sqlmig: irreversible the old values are gone",
        ),
        (
            "out-of-order  ",
            UP,
            "directive 'out-of-order' needs a reason",
            "write: -- sqlmig: out-of-order merged from the 2.4 branch",
        ),
        (
            "lock_timeout 5",
            UP,
            "directive 'lock_timeout' needs a duration with its unit (ms, s, min, h, d), such as 3s, not '5'",
            "write: -- sqlmig: lock_timeout 5s",
        ),
        (
            "statement_timeout 25d",
            UP,
            "directive 'statement_timeout' is longer than PostgreSQL can wait: 24 days",
            "write: -- sqlmig: statement_timeout 10min",
        ),
        ("phase shrink", UP, "directive 'phase' needs 'expand' or 'contract'", "write: -- sqlmig: phase contract"),
        (
            "touches deal_index",
            UP,
            "directive 'touches' needs names with their schemas, such as platform_core.deal_index",
            "write: -- sqlmig: touches platform_core.deal_index",
        ),
        ("after", REPEATABLE, "directive 'after' needs the name of a repeatable", "write: -- sqlmig: after other_name"),
        (
            "allow some-rule",
            UP,
            "directive 'allow' needs a rule, a colon and a reason",
            "write: -- sqlmig: allow index-not-concurrent: 40 rows, ever",
        ),
        (
            "touches {{ schema }}.index",
            UP,
            "directive 'touches' cannot use a template: directives are read before it is rendered",
            "write: -- sqlmig: touches platform_core.deal_index",
        ),
        (
            "transaction off",
            VERIFY,
            "directive 'transaction' has no meaning in a verify file",
            "take it out; it belongs in an up file or a down file or a repeatable",
        ),
        (
            "irreversible gone",
            DOWN,
            "directive 'irreversible' has no meaning in a down file",
            "take it out; it belongs in an up file",
        ),
        (
            "requires platform 1",
            DOWN,
            "directive 'requires' has no meaning in a down file",
            "take it out; it belongs in an up file or a repeatable",
        ),
        (
            "after deals",
            UP,
            "directive 'after' has no meaning in an up file",
            "take it out; it belongs in a repeatable",
        ),
        (
            "touches a.b",
            LIFECYCLE,
            "directive 'touches' has no meaning in a lifecycle file",
            "take it out; it belongs in an up file or a down file or a repeatable",
        ),
    ],
)
def test_a_wrong_directive_says_what_is_wrong_where_and_what_to_write(line, kind, message, next):
    text = f"-- sqlmig: {line}"
    wanted = f"sql/a.sql:2:12: {message}\n    {text}\n               ^\n  next: {next}"
    assert told(f"\n{text}\nSELECT 1;", kind) == wanted


def test_every_wrong_directive_of_a_file_is_told_at_once():
    _, problems = read_directives("-- sqlmig: phase\n-- sqlmig: nope\n-- sqlmig: requires\n", "a.sql", UP)
    assert [str(problem.place) for problem in problems] == ["a.sql:1:12", "a.sql:2:12", "a.sql:3:12"]


def test_directives_add_up_in_the_order_in_which_they_stand():
    text = "-- sqlmig: requires a 1\n-- sqlmig: requires b 2\n-- sqlmig: touches a.x\n-- sqlmig: touches b.y\nSELECT 1;"
    directives, problems = read_directives(text, "a.sql", UP)
    assert problems == []
    assert directives.requires == (Requirement("a", 1), Requirement("b", 2))
    assert directives.touches == ("a.x", "b.y")


def test_a_directive_that_contradicts_an_earlier_one_is_refused():
    text = "-- sqlmig: lock_timeout 1s\n-- sqlmig: lock_timeout 2s\nSELECT 1;"
    assert told(text) == (
        "sql/a.sql:2:12: directive 'lock_timeout' stands here a second time\n"
        "    -- sqlmig: lock_timeout 2s\n"
        "               ^\n"
        "  next: keep one of them"
    )


@pytest.mark.parametrize(
    "head",
    [
        "-- a comment\n",
        "/* a comment\n /* nested */ of lines */\n",
        "{# a comment of Jinja #}\n",
        "{% from 'rls.sql' import tenant_policy %}\n",
        "{%- set x = 1 -%}\n\n",
        "\t\n",
    ],
)
def test_the_head_ends_at_the_first_token_and_not_before(head):
    assert read_directives(f"{head}-- sqlmig: transaction off\nSELECT 1;", "a.sql", UP) == (
        Directives(transaction=False),
        [],
    )


@pytest.mark.parametrize("first", ["SELECT 1;\n", "{{ tenant_policy() }}\n", "{% if true %}SELECT 1;{% endif %}\n"])
def test_a_directive_for_the_whole_file_below_a_statement_is_refused(first):
    assert told(f"{first}  -- sqlmig: transaction off\n") == (
        "sql/a.sql:2:14: directive 'transaction' speaks for the whole file, but stands below its head\n"
        "      -- sqlmig: transaction off\n"
        "                 ^\n"
        "  next: move it above the first statement"
    )


def test_an_allow_may_stand_above_any_statement():
    text = (
        "SELECT 1;\n-- sqlmig: allow some-rule: a reason\nSELECT 2;\n-- sqlmig: allow other-rule: a reason\nSELECT 3;"
    )
    assert read_directives(text, "a.sql", UP) == (Directives(), [])


def test_a_directive_behind_a_statement_is_not_overlooked():
    assert told("SELECT 1; -- sqlmig: allow some-rule: a reason") == (
        "sql/a.sql:1:22: directive 'allow' stands behind something else\n"
        "    SELECT 1; -- sqlmig: allow some-rule: a reason\n"
        "                         ^\n"
        "  next: give it a line of its own"
    )


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t VALUES ('\n-- sqlmig: nonsense\n');",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n-- sqlmig: nonsense\nSELECT 1 $$;",
        'SELECT 1 AS "\n-- sqlmig: nonsense\n";',
        "/*\n-- sqlmig: nonsense\n*/ SELECT 1;",
        "{#\n-- sqlmig: nonsense\n#} SELECT 1;",
        "-- as in -- sqlmig: nonsense\nSELECT 1;",
        "-- sqlmig reads directives\nSELECT 1;",
    ],
)
def test_what_only_looks_like_a_directive_is_none(text):
    assert read_directives(text, "a.sql", UP) == (Directives(), [])


def test_a_quote_that_jinja_prints_does_not_hide_a_directive():
    text = '{{ "it\'s" | literal }}\n-- sqlmig: allow r: x\nSELECT \'{{ vars.a }}\', {{ "$$" }};\n-- sqlmig: nope\n'
    _, [problem] = read_directives(text, "a.sql", UP)
    assert str(problem.place) == "a.sql:4:12"


def test_a_text_that_cannot_be_cut_before_it_is_rendered_hides_no_directive():
    text = "-- sqlmig: phase contract\nSELECT {% if a %}'x{% else %}'y{% endif %}'z;\n-- sqlmig: nope\n"
    directives, [problem] = read_directives(text, "a.sql", UP)
    assert directives.phase is Phase.CONTRACT
    assert str(problem.place) == "a.sql:3:12"


def test_a_directive_may_be_indented_and_written_without_spaces():
    assert read_directives("   --sqlmig:phase contract  \nSELECT 1;", "a.sql", UP)[0].phase is Phase.CONTRACT
