"""Files that `init` and `new` write."""

import re

import pytest


def listed(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_init_writes_a_project_and_says_what_to_do_next(offline, tmp_path):
    answer = offline("init", "shop")
    assert answer.status == 0
    assert listed(tmp_path / "shop")[0] == ".gitignore"
    assert "sql/lifecycle/provision.sql" in listed(tmp_path / "shop")
    assert answer.out.endswith(
        "\nnext\n  cd shop\n  sqlmig db start\n  sqlmig apply\n  sqlmig tenant create acme\n  sqlmig status\n"
    )


def test_init_single_knows_no_tenants(offline, tmp_path):
    answer = offline("init", "--single", "--format", "json")
    assert answer.json["format"] == "sqlmig.init/1"
    assert answer.json["files"] == sorted(listed(tmp_path), key=lambda name: name)
    assert "tenant" not in "".join((tmp_path / name).read_text() for name in listed(tmp_path))


def test_init_never_writes_over_a_file(offline, tmp_path):
    (tmp_path / "sqlmig.yaml").write_text("mine")
    answer = offline("init")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == (
        "sqlmig: error: sqlmig.yaml is there already\n"
        "  state: nothing was written\n"
        "  next: choose an empty folder, or move what is there away\n"
    )
    assert listed(tmp_path) == ["sqlmig.yaml"]


def test_init_leaves_a_gitignore_as_it_is(offline, tmp_path):
    (tmp_path / ".gitignore").write_text("mine\n")
    assert offline("init").status == 0
    assert (tmp_path / ".gitignore").read_text() == "mine\n"


def test_init_into_a_file_is_an_error_with_its_name(offline, tmp_path):
    (tmp_path / "taken").write_text("")
    answer = offline("init", "taken")
    assert answer.status == 2
    assert re.match(r"sqlmig: error: taken\S* cannot be written: ", answer.err)


def test_new_writes_the_next_pair(offline, tmp_path):
    assert offline("init").status == 0
    answer = offline("new", "tenant", "Add deal-owner!")
    assert answer.out == "sql/tenant/0003_add_deal_owner.up.sql\nsql/tenant/0003_add_deal_owner.down.sql\n"
    assert (tmp_path / "sql/tenant/0003_add_deal_owner.up.sql").read_text().startswith("-- Add deal owner.\n")
    assert offline("new", "tenant", "more").out.startswith("sql/tenant/0004_more.up.sql\n")


def test_new_irreversible_needs_no_down_file(offline, tmp_path):
    assert offline("init").status == 0
    assert offline("new", "tenant", "drop_x", "--irreversible", "the old values  are gone").status == 0
    text = (tmp_path / "sql/tenant/0003_drop_x.up.sql").read_text()
    assert text.splitlines()[:2] == ["-- Drop x.", "-- sqlmig: irreversible the old values are gone"]
    assert not (tmp_path / "sql/tenant/0003_drop_x.down.sql").exists()
    assert offline("new", "tenant", "y", "--irreversible", " ").err.startswith(
        "sqlmig: error: --irreversible needs a reason\n"
    )


def test_new_repeatable_goes_into_its_folder_and_is_not_written_over(offline):
    assert offline("init").status == 0
    assert offline("new", "tenant", "deal list", "--repeatable").out == "sql/tenant/repeatable/deal_list.sql\n"
    again = offline("new", "tenant", "deal_list", "--repeatable")
    assert again.status == 1
    assert again.err == (
        "sqlmig: error: sql/tenant/repeatable/deal_list.sql is there already\n"
        "  state: it was left as it is\n"
        "  next: choose another name\n"
    )


def test_a_track_that_is_numbered_by_time_stays_so_and_numbers_only_grow(offline, tmp_path):
    assert offline("init", "--single").status == 0
    first = offline("new", "app", "a", "--timestamp").out
    assert re.match(r"sql/app/20\d{12}_a\.up\.sql\n", first)
    second = offline("new", "app", "b").out
    assert re.match(r"sql/app/20\d{12}_b\.up\.sql\n", second)
    (tmp_path / "sql/app/20991231235959_c.up.sql").write_text("SELECT 1;\n")
    assert offline("new", "app", "d").out.startswith("sql/app/20991231235960_d.up.sql\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new", "tenants", "x"), "sqlmig: error: there is no track 'tenants'; did you mean 'tenant'?\n"),
        (
            ("new", "tenant", "///"),
            "sqlmig: error: '///' is no name for a migration\n  next: say what it does, such as add_deal_owner\n",
        ),
        (
            ("new", "tenant", "x" * 101),
            "sqlmig: error: the name has 101 characters, at most 100 may be\n  next: shorten it\n",
        ),
    ],
)
def test_new_says_what_is_wrong_with_its_words(offline, words, said):
    assert offline("init").status == 0
    answer = offline(*words)
    assert (answer.status, answer.err) == (2, said)
