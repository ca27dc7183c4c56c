"""The paths of a report: as its readers need them, in every part of it."""

from findings import FIX, INDEX, at, finding, report
from sqlmig.errors import Place, Problem


def test_every_path_is_another_and_nothing_else():
    accepted = finding(accepted="ever", place=at("sql/macros/m.sql", 1), script="sql/tenant/0002_b.up.sql")
    problem = Problem("is no text", Place("sql/tenant/0003_c.up.sql"))
    before = report(INDEX, accepted, problems=(problem, Problem("no place")), fixes={INDEX: FIX})
    after = before.with_paths(lambda path: f"db/{path}")
    [found] = after.result.findings
    assert (found.place.file, found.script) == ("db/sql/tenant/0007_owner.up.sql", "db/sql/tenant/0007_owner.up.sql")
    assert (found.place.line, found.place.excerpt, found.message) == (3, INDEX.place.excerpt, INDEX.message)
    assert after.result.accepted[0].place.file == "db/sql/macros/m.sql"
    assert [one.place and one.place.file for one in after.problems] == ["db/sql/tenant/0003_c.up.sql", None]
    assert after.files == ("db/sql/tenant/0007_owner.up.sql", "db/sql/tenant/0002_b.up.sql")
    assert after.fixes[found].path == "db/sql/tenant/0007_owner.up.sql"
    assert after.with_paths(lambda path: path.removeprefix("db/")) == before


def test_what_stands_in_no_file_of_the_project_is_said_of_the_script():
    shipped = finding(place=at("sqlmig/rls.sql", 12, 3, "x"), script="sql/tenant/0002_b.up.sql")
    after = report(INDEX, shipped).in_files(without={"sqlmig/rls.sql"})
    assert after.result.findings[0] == INDEX
    assert after.result.findings[1].place == Place("sql/tenant/0002_b.up.sql")
    assert after.result.findings[1].message == f"sqlmig/rls.sql:12:3: {INDEX.message}"


def test_accepted_findings_stand_between_the_others_as_the_files_have_them():
    first, last = finding(place=at("a.sql", 1)), finding(place=at("b.sql", 1))
    between = finding(place=at("a.sql", 9), accepted="ever")
    assert report(first, last, between).all_findings == (first, between, last)
