import pytest

from sqlmig import errors
from sqlmig.errors import ConfigError, Place, Problem, Refused, UsageError
from sqlmig.report.errors import error_json, error_text, kind_of, unexpected_json, unexpected_text


def test_an_error_tells_what_where_state_and_next():
    error = Refused("it may not", place=Place("a.sql", 2, 3, "  x"), state="nothing was changed", next="ask")
    assert error_text(error) == (
        "sqlmig: error: a.sql:2:3: it may not\n      x\n      ^\n  state: nothing was changed\n  next: ask"
    )


def test_every_problem_of_one_reading_is_told():
    error = ConfigError([Problem("one", Place("c.yaml", 1), "do this"), Problem("two")])
    assert error_text(error) == "sqlmig: error: c.yaml:1: one\n  next: do this\nsqlmig: error: two"
    assert [problem["message"] for problem in error_json(error)["problems"]] == ["one", "two"]


def test_a_program_reads_the_kind_and_the_exit_status():
    assert error_json(UsageError("no", next="yes")) == {
        "format": "sqlmig.error/1",
        "kind": "usage",
        "exit_status": 2,
        "state": None,
        "problems": [{"message": "no", "next": "yes", "place": None}],
    }


@pytest.mark.parametrize("kind", [c for c in vars(errors).values() if isinstance(c, type)])
def test_every_class_of_the_tree_has_a_public_name(kind):
    if issubclass(kind, errors.SqlmigError) and kind not in (errors.SqlmigError, errors.ProblemsError):
        error = kind([Problem("x")]) if issubclass(kind, errors.ProblemsError) else kind("x")
        assert kind_of(error) != "error"


def test_a_refinement_goes_by_the_class_that_it_refines():
    class Special(Refused):
        pass

    assert kind_of(Special("x")) == "refused"


def test_a_fault_of_ours_does_not_repeat_what_may_be_a_secret():
    error = ValueError("postgresql://u:hunter2@h/db")
    assert unexpected_text(error).splitlines()[0] == (
        "sqlmig: error: sqlmig failed in a way that it should not: ValueError"
    )
    assert "hunter2" not in unexpected_text(error) + str(unexpected_json(error))
    assert unexpected_json(error)["exit_status"] == 2
