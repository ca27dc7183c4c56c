"""What a track's folder may hold, and what each wrong file is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sqlmig.errors import ProjectError
from sqlmig.project.directives import FileKind
from sqlmig.project.files import MAX_GAP, MAX_VERSION, gaps, next_version, read_track, requirement_problems
from sqlmig.project.model import Scope, Track
from sqlmig.project.scripts import read_script
from sqlmig.project.templates import Templates

Read = Callable[..., Track]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes files into a track's folder and reads the track."""

    def read(*names: str, **texts: str | bytes) -> Track:
        folder = tmp_path / "sql"
        for name in names:
            texts.setdefault(name, "SELECT 1;\n")
        for name, text in texts.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        track, problems = read_track(tmp_path, "main", "sql", Scope.TENANT, None, Templates({}))
        if problems:
            raise ProjectError(problems)
        return track

    return read


def told(read: Read, *names: str, **texts: str | bytes) -> list[str]:
    """What people are told of wrong files, each problem in one line."""
    with pytest.raises(ProjectError) as caught:
        read(*names, **texts)
    return [f"{problem.place}: {problem.message} | {problem.next}" for problem in caught.value.problems]


def test_a_pair_its_verify_file_and_nothing_else_make_a_migration(read):
    [migration] = read("0007_add_owner.up.sql", "0007_add_owner.down.sql", "0007_add_owner.verify.sql").migrations
    assert (migration.track, migration.version, migration.name, migration.label) == (
        "main",
        7,
        "add_owner",
        "0007_add_owner",
    )
    assert migration.up.path == "sql/0007_add_owner.up.sql"
    assert migration.down is not None
    assert migration.verify is not None


def test_versions_are_numbers_in_their_order_with_gaps(read):
    names = [f"{number}_a.up.sql" for number in ("0010", "9", "0002", "20240101120000", MAX_VERSION)]
    assert [m.version for m in read(*names).migrations] == [2, 9, 10, 20240101120000, MAX_VERSION]


def test_a_folder_without_files_is_a_track_without_migrations(read, tmp_path):
    assert read() == Track("main", Scope.TENANT, "sql", None)


@pytest.mark.parametrize("name", ["README.md", "0001_a.up.sql.bak", ".gitkeep", "notes.txt", "sub/0001_b.up.sql"])
def test_what_is_no_sql_file_of_the_folder_is_left_alone(read, name):
    assert [m.version for m in read("0001_a.up.sql", name).migrations] == [1]


@pytest.mark.parametrize(
    "name",
    ["add_owner.sql", "0007.up.sql", "0007_a.sql", "7a_b.up.sql", "0007_a b.up.sql", "0007_.up.sql", "0007-a.up.sql",
     "0007_a.up.SQL", "0007_A.UP.sql", "٣_a.up.sql", "-1_a.up.sql", "0007_é.up.sql"],
)  # fmt: skip
def test_a_name_that_is_nearly_one_is_never_overlooked(read, name):
    assert told(read, name) == [
        f"sql/{name}: is no migration's name | name it NUMBER_name.up.sql, .down.sql or .verify.sql, or move it away"
    ]


@pytest.mark.parametrize("number", ["0", "0000", str(MAX_VERSION + 1), "9" * 40])
def test_a_number_that_the_history_cannot_hold_is_refused(read, number):
    name = f"{number}_a.up.sql"
    assert told(read, name) == [
        f"sql/{name}: has number {number}; numbers go from 1 to 9223372036854775807 | renumber it"
    ]


TAKEN = "give the newer one the next free number"
OTHER_NAME = "give both files of a pair the same name, or one of them another number"


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (
            ["0007_a.up.sql", "0007_b.up.sql"],
            [f"sql/0007_b.up.sql: has the number of 0007_a.up.sql: 0007 is taken | {TAKEN}"],
        ),
        (
            ["0007_a.up.sql", "7_a.up.sql"],
            [f"sql/7_a.up.sql: has the number of 0007_a.up.sql: 0007 is taken | {TAKEN}"],
        ),
        (
            ["0007_a.up.sql", "0007_a.down.sql", "0007_b.up.sql", "0007_b.down.sql", "007_c.up.sql"],
            [
                f"sql/0007_b.up.sql: has the number of 0007_a.up.sql: 0007 is taken | {TAKEN}",
                f"sql/007_c.up.sql: has the number of 0007_a.up.sql: 0007 is taken | {TAKEN}",
            ],
        ),
        (
            ["0007_a.up.sql", "0007_a.down.sql", "7_a.down.sql"],
            [f"sql/7_a.down.sql: has the number of 0007_a.down.sql: 0007 is taken | {TAKEN}"],
        ),
        (
            ["0007_a.up.sql", "0007_b.down.sql", "0007_c.verify.sql"],
            [
                f"sql/0007_b.down.sql: has number 0007, but another name than 0007_a.up.sql | {OTHER_NAME}",
                f"sql/0007_c.verify.sql: has number 0007, but another name than 0007_a.up.sql | {OTHER_NAME}",
            ],
        ),
        (
            ["0007_a.down.sql"],
            ["sql/0007_a.down.sql: has no up file | write 0007_a.up.sql, or delete this file"],
        ),
        (
            ["7_a.verify.sql"],
            ["sql/7_a.verify.sql: has no up file | write 7_a.up.sql, or delete this file"],
        ),
    ],
    ids=["two names", "two spellings", "three pairs", "two down files", "strangers", "lone down", "lone verify"],
)  # fmt: skip
def test_files_that_share_a_number_and_are_no_pair_are_refused(read, names, wanted):
    assert told(read, *names) == wanted


def test_a_down_file_of_an_irreversible_migration_is_refused(read):
    texts = {"0001_a.up.sql": "-- sqlmig: irreversible gone\nSELECT 1;", "0001_a.down.sql": "SELECT 1;"}
    message = "takes back 0001_a.up.sql, which says that it is irreversible"
    advice = "delete this file, or take the directive out of the up file"
    assert told(read, **texts) == [f"sql/0001_a.down.sql: {message} | {advice}"]


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"SELECT '\xe4';", "sql/0001_a.up.sql: is not UTF-8 text: byte 9 cannot be read | save the file as UTF-8"),
        (
            "SELECT 1;".encode("utf-16"),
            "sql/0001_a.up.sql: is not UTF-8 text: byte 1 cannot be read | save the file as UTF-8",
        ),
        (b"SELECT 1;\n\x00", "sql/0001_a.up.sql:2: has a NUL byte, which SQL cannot carry | save the file as UTF-8"),
    ],
    ids=["latin-1", "utf-16", "nul"],
)
def test_a_file_that_is_no_text_is_refused(read, data, wanted):
    assert told(read, **{"0001_a.up.sql": data}) == [wanted]


def test_copies_from_windows_have_the_same_checksum(read):
    text = "-- a\nSELECT 1;\n"
    first, second = read(
        **{"0001_a.up.sql": text, "0002_a.up.sql": b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()}
    ).migrations
    assert first.up.checksum == second.up.checksum
    assert first.up.text == second.up.text == text


def test_all_that_is_wrong_in_a_track_is_told_at_once(read):
    texts = {
        "0001_a.up.sql": "-- sqlmig: nope\n",
        "0002_b.up.sql": "{% from 'nope.sql' import x %}",
        "0003_c.up.sql": "{% if %}",
        "0004_d.down.sql": "",
        "repeatable/v.sql": "-- sqlmig: transaction on\n",
    }
    assert [line.partition(" ")[0] for line in told(read, **texts)] == [
        "sql/0001_a.up.sql:1:12:",
        "sql/0002_b.up.sql:1:10:",
        "sql/0003_c.up.sql:1:",
        "sql/0004_d.down.sql:",
        "sql/repeatable/v.sql:1:12:",
    ]


def test_a_link_to_nowhere_is_not_a_migration_less(read, tmp_path):
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "0001_a.up.sql").symlink_to("gone.sql")
    (tmp_path / "sql" / "0002_a.up.sql").symlink_to("0002_a.up.sql")
    advice = "is a link to nowhere, or no regular file | put the file there, or delete it"
    assert told(read) == [f"sql/0001_a.up.sql: {advice}", f"sql/0002_a.up.sql: {advice}"]


def test_a_file_that_cannot_be_read_is_told_and_not_left_out(read, tmp_path, monkeypatch):
    real = Path.read_bytes

    def read_bytes(self: Path) -> bytes:
        if self.name == "0001_a.up.sql":
            raise PermissionError(13, "Permission denied")
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert told(read, "0001_a.up.sql") == [
        "sql/0001_a.up.sql: cannot be read: Permission denied | check the file and its rights"
    ]


def test_a_folder_that_cannot_be_read_is_told(read, monkeypatch):
    def iterdir(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert told(read, "0001_a.up.sql") == ["sql: cannot be read: Permission denied | check the folder and its rights"]


def test_a_folder_that_is_called_like_a_file_is_no_file(read, tmp_path):
    (tmp_path / "sql" / "0001_a.up.sql").mkdir(parents=True)
    assert read().migrations == ()


def test_a_thousand_migrations_are_read_while_one_waits(read, tmp_path):
    names = [f"{n:04d}_m.{kind}.sql" for n in range(1, 1001) for kind in ("up", "down")]
    text = "-- sqlmig: lock_timeout 1s\n{% from 'sqlmig/rls.sql' import tenant_policy %}\nCREATE TABLE t (id int);\n"
    for name in names:
        file = tmp_path / "sql" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    began = time.process_time()
    assert len(read().migrations) == 1000
    assert time.process_time() - began < 5


def test_one_script_is_read_by_itself_or_tells_why_not(tmp_path):
    (tmp_path / "seed.sql").write_text("SELECT {{ schema | literal }};")
    script = read_script(tmp_path, tmp_path / "seed.sql", FileKind.LIFECYCLE, Templates({}))
    assert (script.path, script.text) == ("seed.sql", "SELECT {{ schema | literal }};")
    with pytest.raises(ProjectError, match=r"^gone.sql: cannot be read: No such file or directory"):
        read_script(tmp_path, tmp_path / "gone.sql", FileKind.LIFECYCLE, Templates({}))


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ([], "0001"),
        (["0001_a.up.sql"], "0002"),
        (["0009_a.up.sql", "0003_b.up.sql"], "0010"),
        (["9999_a.up.sql"], "10000"),
        (["007_a.up.sql"], "008"),
        (["20240101120000_a.up.sql"], "20240101120001"),
    ],
)
def test_a_new_migration_gets_the_next_number_in_the_digits_of_the_last(read, names, wanted):
    assert next_version(read(*names)) == wanted


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        ([], ()),
        (["0001"], ()),
        (["0001", "0002", "0003"], ()),
        (["0001", "0003", "0006"], (2, 4, 5)),
        (["0005", "0006"], ()),
        (["0998", "0999", "1001"], (1000,)),
        (["1", "3"], ()),
        (["1001", "1003"], ()),
        (["20240101120000", "20240105090000"], ()),
        (["0001", "0003", "20240101120000", "20240105090000"], (2,)),
        (["0001", str(1 + MAX_GAP + 1)], ()),
        (["0001", "0900", "9000"], tuple(range(2, 900))),
        (["00000001", "20240101"], ()),
    ],
    ids=[
        "no file",
        "one file",
        "in order",
        "two gaps",
        "begins late",
        "past the zeros",
        "not padded",
        "as wide as padded ones",
        "timestamps",
        "timestamps after a sequence",
        "a block of its own",
        "blocks",
        "dates after a sequence",
    ],
)
def test_the_numbers_that_a_sequence_leaves_out_are_known(read, numbers, missing):
    assert gaps(read(*[f"{number}_a.up.sql" for number in numbers])) == missing


NO_PHASE = "directive 'phase' has no meaning in a repeatable | take it out; it belongs in an up file"
NO_REPEATABLE = "which is no repeatable of this track; did you mean 'b1'? | correct the name"
REPEATABLES_PROBLEMS = [
    (
        {"repeatable/a b.sql": ""},
        "sql/repeatable/a b.sql: is no repeatable's name | name it NAME.sql, or NAME.down.sql for what removes it",
    ),
    (
        {"repeatable/a.up.sql": ""},
        "sql/repeatable/a.up.sql: is no repeatable's name | name it NAME.sql, or NAME.down.sql for what removes it",
    ),
    (
        {"repeatable/a.down.sql": ""},
        "sql/repeatable/a.down.sql: has no a.sql beside it | write a.sql, or delete this file",
    ),
    (
        {"repeatable/b1.sql": "", "repeatable/a.sql": "-- sqlmig: after b"},
        f"sql/repeatable/a.sql: is after 'b', {NO_REPEATABLE}",
    ),
    (
        {"repeatable/a.sql": "-- sqlmig: after a"},
        "sql/repeatable/a.sql: repeatables wait for each other: a after a | take one `after` out",
    ),
    (
        {f"repeatable/{a}.sql": f"-- sqlmig: after {b}" for a, b in ("ab", "bc", "ca", "da")},
        "sql/repeatable/a.sql: repeatables wait for each other: a after b after c after a | take one `after` out",
    ),
    (
        {"repeatable/a.sql": "-- sqlmig: after b", "repeatable/b.sql": "-- sqlmig: phase"},
        f"sql/repeatable/b.sql:1:12: {NO_PHASE}",
    ),
]


@pytest.mark.parametrize(("texts", "wanted"), REPEATABLES_PROBLEMS)
def test_a_wrong_repeatable_says_what_is_wrong_and_what_to_do(read, texts, wanted):
    assert told(read, **texts) == [wanted]


@pytest.mark.parametrize(
    ("after", "wanted"),
    [
        ({"a": "", "b": "", "c": ""}, ["a", "b", "c"]),
        ({"a": "c", "b": "", "c": ""}, ["c", "a", "b"]),
        ({"a": "c b", "b": "d", "c": "", "d": ""}, ["c", "d", "b", "a"]),
    ],
)
def test_repeatables_run_in_name_order_behind_those_that_they_need(read, after, wanted):
    texts = {f"repeatable/{name}.sql": f"-- sqlmig: after {needs}" if needs else "" for name, needs in after.items()}
    assert [repeatable.name for repeatable in read(**texts).repeatables] == wanted


def test_a_repeatable_has_what_takes_it_away(read):
    first, second = read("repeatable/a.sql", "repeatable/b.sql", "repeatable/a.down.sql").repeatables
    assert first.down is not None
    assert first.down.path == "sql/repeatable/a.down.sql"
    assert second.down is None


@pytest.mark.parametrize(
    ("requires", "message"),
    [
        ("platfrom 1", "requires track 'platfrom'; did you mean 'platform'?"),
        ("main 1", "requires 'main', a tenant track; only shared tracks can be required"),
        ("platform 2", "requires platform 0002, which has no file"),
    ],
)
@pytest.mark.parametrize("name", ["0001_a.up.sql", "repeatable/a.sql"])
def test_a_requirement_that_nothing_can_meet_is_refused(read, tmp_path, requires, message, name):
    tenant = read(**{name: f"-- sqlmig: requires {requires}\nSELECT 1;"})
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "0001_a.up.sql").touch()
    platform, _ = read_track(tmp_path, "platform", "platform", Scope.SHARED, "core", Templates({}))
    [problem] = requirement_problems([platform, tenant])
    assert str(problem) == f"sql/{name}: {message}\n  next: correct the track and the version"


def test_a_requirement_that_is_met_is_no_problem(read, tmp_path):
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "0001_a.up.sql").touch()
    platform, _ = read_track(tmp_path, "platform", "platform", Scope.SHARED, "core", Templates({}))
    tenant = read(**{"0001_a.up.sql": "-- sqlmig: requires platform 0001\nSELECT 1;"})
    assert requirement_problems([platform, tenant]) == []
