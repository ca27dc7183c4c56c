"""Fixing in rounds: what meets another fix waits, what does not help is not done twice, and nobody's edit is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlmig.errors import Refused
from sqlmig.fixing import ROUNDS, Fixing, fixing, write
from sqlmig.lint.rule import rule
from sqlmig.lint.run import EVERYTHING, lint
from sqlmig.lint.settings import settings_of
from sqlmig.lint.values import Edit, Fix, Flag
from sqlmig.project.config.load import load_config
from sqlmig.project.load import read_files
from sqlmig.review import Review
from sqlmig.sql.operations.indexes import CreateIndex

YAML = "tracks: {core: {path: sql/core, scope: shared, schema: core}}\n"
UP = "sql/core/0001_a.up.sql"
TEXT = "CREATE INDEX i ON deals (a);\n"


def put_behind(context, word, text):
    at = context.file.text.index(word) + len(word)
    return Fix(f"add{text}", (Edit(at, at, text),))


@rule(CreateIndex)
def no_unique(operation, context):
    """Flags what is not unique."""
    if not operation.unique:
        yield Flag("not unique", fix=put_behind(context, "CREATE", " UNIQUE"))


@rule(CreateIndex)
def no_comment(operation, context):
    """Flags what has no comment in it, at the place where the other rule puts something."""
    if "/*" not in context.file.text:
        yield Flag("no comment", fix=put_behind(context, "CREATE", " /* c */"))


@rule(CreateIndex)
def never_content(operation, context):
    """Flags all, whatever is done."""
    yield Flag("never", fix=put_behind(context, "CREATE", " "))


@rule(CreateIndex)
def always_another(operation, context):
    """Flags something new in each round."""
    yield Flag(f"{len(context.file.text)} characters", fix=put_behind(context, "CREATE", " "))


@pytest.fixture
def look(project):
    """`look(rules)`: how these rules review a project of one migration, and review it again."""
    root = project({"sqlmig.yaml": YAML, UP: TEXT})

    def look(*rules):
        config = load_config(root / "sqlmig.yaml", environ={})

        def again(texts):
            files, problems = read_files(config, texts=texts)
            return Review(files, EVERYTHING, lint(files, settings_of(config), EVERYTHING, rules), problems)

        return again({}), again

    return look


def test_of_two_fixes_at_one_place_the_second_is_made_in_the_next_round(look):
    found = fixing(*look(no_unique, no_comment))
    assert found.after == {UP: b"CREATE /* c */ UNIQUE INDEX i ON deals (a);\n"} or found.after == {
        UP: b"CREATE UNIQUE /* c */ INDEX i ON deals (a);\n"
    }
    assert (found.before, found.refused) == ({UP: TEXT.encode()}, {})


def test_a_fix_that_does_not_help_is_made_once_and_told(look):
    found = fixing(*look(never_content))
    assert found.after == {UP: b"CREATE  INDEX i ON deals (a);\n"}
    assert list(found.refused.values()) == ["it was fixed once, and is still found"]


def test_rounds_come_to_an_end(look):
    found = fixing(*look(always_another))
    assert found.after == {UP: f"CREATE{' ' * ROUNDS} INDEX i ON deals (a);\n".encode()}


def test_nothing_is_written_before_it_is_asked_for(look, tmp_path):
    fixing(*look(no_unique))
    assert (tmp_path / UP).read_text() == TEXT


@pytest.mark.parametrize("edit", [lambda file: file.write_text("SELECT 1;\n"), Path.unlink], ids=["edited", "deleted"])
def test_an_edit_made_while_it_was_linting_is_not_overwritten(look, tmp_path, edit):
    review, again = look(no_unique)
    edit(tmp_path / UP)
    with pytest.raises(Refused, match="was changed meanwhile") as refused:
        fixing(review, again)
    assert str(refused.value) == f"{UP} was changed meanwhile\n  state: nothing was written\n  next: run it again"


def test_an_edit_made_while_somebody_read_the_diff_is_not_overwritten(tmp_path):
    for name in "ab":
        (tmp_path / name).write_bytes(b"old")
    found = Fixing({"a": b"old", "b": b"older"}, {"a": b"new", "b": b"new"}, {})
    with pytest.raises(Refused, match="b was changed meanwhile"):
        write(Path(tmp_path), found)
    assert (tmp_path / "a").read_bytes() == b"old"
