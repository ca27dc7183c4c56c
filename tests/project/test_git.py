"""What git knows, asked of a real repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sqlmig.errors import UsageError
from sqlmig.project.git import Change, ChangedFiles, changed_since, checkout, head_commit, merge_base


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, **files: str) -> str:
    """Writes files and commits everything."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit on main, and the project in its root."""
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    commit(tmp_path, **{"sqlmig.yaml": "then", "sql/0001_a.up.sql": "SELECT 1;"})
    return tmp_path


def test_the_commit_is_the_one_that_is_checked_out(repository):
    assert head_commit(repository) == git(repository, "rev-parse", "HEAD")


@pytest.mark.parametrize("name", ["sql/0001_a.up.sql", "sql/0002_new.up.sql", "sql/ä ö.sql"])
def test_a_commit_that_does_not_tell_the_whole_story_is_dirty(repository, name):
    (repository / name).write_text("changed")
    assert head_commit(repository) == git(repository, "rev-parse", "HEAD") + "-dirty"


def test_what_changed_outside_of_the_project_does_not_make_it_dirty(tmp_path):
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    commit(tmp_path, **{"service/sqlmig.yaml": "x", "other/a.txt": "x"})
    (tmp_path / "other" / "a.txt").write_text("changed")
    assert head_commit(tmp_path / "service") == git(tmp_path, "rev-parse", "HEAD")


def test_outside_of_a_repository_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert head_commit(tmp_path) is None


def test_before_the_first_commit_there_is_none(tmp_path):
    git(tmp_path, "init", "--quiet")
    assert head_commit(tmp_path) is None


def test_without_git_there_is_no_commit_and_diff_says_what_is_missing(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert head_commit(repository) is None
    with pytest.raises(UsageError) as caught:
        merge_base(repository)
    assert str(caught.value) == "git is not installed\n  next: install git"


def test_the_merge_base_is_where_the_branch_left_main(repository):
    left = git(repository, "rev-parse", "HEAD")
    git(repository, "switch", "--quiet", "--create", "work")
    commit(repository, **{"sql/0002_b.up.sql": "SELECT 2;"})
    git(repository, "switch", "--quiet", "main")
    commit(repository, **{"sql/0003_c.up.sql": "SELECT 3;"})
    git(repository, "switch", "--quiet", "work")
    assert merge_base(repository) == left


@pytest.mark.parametrize("branch", ["master", "main"])
def test_the_main_branch_may_be_called_either_way(repository, branch):
    git(repository, "branch", "--move", branch)
    assert merge_base(repository) == git(repository, "rev-parse", "HEAD")


def test_a_repository_without_a_main_branch_asks_for_a_ref(repository):
    git(repository, "branch", "--move", "trunk")
    with pytest.raises(UsageError) as caught:
        merge_base(repository)
    assert str(caught.value) == (
        "no main branch was found; looked for origin/HEAD, origin/main, origin/master, main, master\n"
        "  next: name what to compare with: sqlmig diff REF"
    )


def test_a_checkout_gives_the_files_as_they_were(repository):
    (repository / "sqlmig.yaml").write_text("now")
    with checkout(repository, "main") as then:
        assert then is not None
        assert (then / "sqlmig.yaml").read_text() == "then"
        assert (then / "sql" / "0001_a.up.sql").read_text() == "SELECT 1;"
    assert not then.exists()
    assert (repository / "sqlmig.yaml").read_text() == "now"


def test_a_project_in_a_subfolder_gets_its_own_folder_only(repository):
    first = git(repository, "rev-parse", "HEAD")
    commit(repository, **{"service/sqlmig.yaml": "inside", "big/file": "x"})
    with checkout(repository / "service", "HEAD") as then:
        assert then is not None
        assert [path.name for path in then.iterdir()] == ["sqlmig.yaml"]
    with checkout(repository / "service", first) as then:
        assert then is None


def test_links_that_lead_out_of_the_folder_are_left_behind(repository):
    (repository / "away").symlink_to("/etc")
    (repository / "near").symlink_to("sqlmig.yaml")
    commit(repository)
    with checkout(repository, "HEAD") as then:
        assert then is not None
        assert not (then / "away").is_symlink()
        assert (then / "near").read_text() == "then"


@pytest.mark.parametrize("ref", ["nope", "--help", "-v", "main:sql", "", "main..main"])
def test_what_is_no_ref_is_never_taken_for_an_option(repository, ref):
    with pytest.raises(UsageError) as caught, checkout(repository, ref):
        pass
    assert str(caught.value) == f"git knows no '{ref}'\n  next: name a branch, a tag or a commit"


def test_a_folder_without_a_repository_says_where_to_go(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError) as caught, checkout(tmp_path, "main"):
        pass
    told = str(caught.value)
    assert told.startswith("git: not a git repository (or any of the parent directories): .git")
    assert told.endswith("next: run it inside of the project's repository")


def test_a_repository_that_lost_an_object_says_so(repository):
    blob = git(repository, "rev-parse", "HEAD:sqlmig.yaml")
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(UsageError, match=r"^git could not read [0-9a-f]{40}: error: "), checkout(repository, "HEAD"):
        pass


def changes(changed: ChangedFiles) -> dict[str, tuple[str, str | None]]:
    """What happened to each file, and where it was before."""
    return {path: (one.change.value, one.before) for path, one in changed.changed.items()}


LONG = "".join(f"SELECT {number}; -- long enough to be recognised when a line of it changes\n" for number in range(9))


@pytest.fixture
def branch(repository: Path) -> Path:
    """A branch `work` that left main, which has gone on since; both have commits of their own."""
    commit(repository, **{"sql/0002_b.up.sql": LONG, "sql/0003_c.up.sql": "SELECT 3;", "README.md": "x"})
    git(repository, "switch", "--quiet", "--create", "work")
    commit(repository, **{"sql/0004_work.up.sql": "SELECT 4;"})
    git(repository, "switch", "--quiet", "main")
    commit(repository, **{"sql/0004_main.up.sql": "SELECT 40;", "sql/0001_a.up.sql": "SELECT 'main went on';"})
    git(repository, "switch", "--quiet", "work")
    return repository


class TestChangedSince:
    def test_what_the_branch_did_counts_and_what_main_did_since_does_not(self, branch):
        changed = changed_since(branch, "main")
        assert changes(changed) == {"sql/0004_work.up.sql": ("added", None)}
        assert changed.base == git(branch, "merge-base", "main", "work")

    def test_the_working_tree_counts_whether_git_was_told_of_it_or_not(self, branch):
        (branch / "sql" / "0001_a.up.sql").write_text("SELECT 'not staged';")
        (branch / "sql" / "0003_c.up.sql").unlink()
        (branch / "sql" / "0005_staged.up.sql").write_text("x")
        git(branch, "add", "sql/0005_staged.up.sql")
        (branch / "sql" / "0006_unknown.up.sql").write_text("x")
        (branch / "new folder").mkdir()
        (branch / "new folder" / "a.SQL").write_text("x")
        assert changes(changed_since(branch, "main")) == {
            "sql/0001_a.up.sql": ("modified", "sql/0001_a.up.sql"),
            "sql/0003_c.up.sql": ("deleted", "sql/0003_c.up.sql"),
            "sql/0004_work.up.sql": ("added", None),
            "sql/0005_staged.up.sql": ("added", None),
            "sql/0006_unknown.up.sql": ("added", None),
            "new folder/a.SQL": ("added", None),
        }

    def test_a_file_that_was_changed_and_changed_back_is_as_it_was(self, branch):
        commit(branch, **{"sql/0001_a.up.sql": "other"})
        (branch / "sql" / "0001_a.up.sql").write_text("SELECT 1;")
        assert "sql/0001_a.up.sql" not in changed_since(branch, "main").changed

    def test_files_that_git_ignores_and_files_that_hold_no_sql_are_left_out(self, branch):
        for name in (".gitignore", "dumps.sql", "README.md", "notes.txt"):
            (branch / name).write_text("dumps.sql\n")
        assert list(changed_since(branch, "main").changed) == ["sql/0004_work.up.sql"]

    def test_a_renamed_file_is_recognised_also_when_it_was_edited(self, branch):
        git(branch, "mv", "sql/0002_b.up.sql", "sql/0005_b.up.sql")
        (branch / "sql" / "0005_b.up.sql").write_text(LONG.replace("SELECT 0;", "SELECT 'edited';"))
        changed = changed_since(branch, "main")
        assert changes(changed)["sql/0005_b.up.sql"] == ("renamed", "sql/0002_b.up.sql")
        assert "sql/0002_b.up.sql" not in changed.changed
        assert changed.base_text("sql/0005_b.up.sql") == LONG

    def test_a_file_that_was_renamed_behind_the_back_of_git_is_recognised_by_its_text(self, branch):
        (branch / "sql" / "0002_b.up.sql").rename(branch / "sql" / "0005_b.up.sql")
        (branch / "sql" / "0003_c.up.sql").rename(branch / "sql" / "0006_c.up.sql")
        (branch / "sql" / "0006_c.up.sql").write_text("SELECT 'another one';")
        changed = changed_since(branch, "main")
        assert changes(changed) == {
            "sql/0005_b.up.sql": ("renamed", "sql/0002_b.up.sql"),
            "sql/0006_c.up.sql": ("added", None),
            "sql/0003_c.up.sql": ("deleted", "sql/0003_c.up.sql"),
            "sql/0004_work.up.sql": ("added", None),
        }
        assert changed.base_text("sql/0005_b.up.sql") == LONG

    def test_names_with_spaces_line_ends_quotes_and_letters_of_all_kinds(self, repository):
        names = ["sql/ä ö.sql", 'sql/"quoted" \t.sql', "sql/line\nend.sql", "sql/日本語 🦄.sql", "sql/-dash.sql"]
        commit(repository, **dict.fromkeys(names[:3], "then"))
        for name in names:
            (repository / name).write_text("now")
        changed = changed_since(repository, "HEAD")
        assert changes(changed) == {
            **{name: ("modified", name) for name in names[:3]},
            **dict.fromkeys(names[3:], ("added", None)),
        }
        assert [changed.base_text(name) for name in names] == ["then", "then", "then", None, None]

    def test_the_text_at_the_base_is_normalised_as_files_are_read(self, repository):
        (repository / "a.sql").write_bytes(b"\xef\xbb\xbfSELECT 1;\r\n")
        (repository / "empty.sql").touch()
        (repository / "bytes.sql").write_bytes(b"\xff\n")
        commit(repository)
        for name in ("a.sql", "empty.sql", "bytes.sql", "new.sql"):
            (repository / name).write_text("now")
        changed = changed_since(repository, "main")
        assert changed.base_text("a.sql") == "SELECT 1;\n"
        assert changed.base_text("empty.sql") == ""
        assert changed.base_text("bytes.sql") == "\ufffd\n"
        assert changed.base_text("new.sql") is None
        with pytest.raises(KeyError):
            changed.base_text("sql/0001_a.up.sql")

    def test_a_file_knows_whether_the_base_had_it_under_its_name(self, branch):
        git(branch, "mv", "sql/0002_b.up.sql", "sql/0005_b.up.sql")
        (branch / "sql" / "0001_a.up.sql").write_text("edited")
        changed = changed_since(branch, "main")
        paths = ["sql/0001_a.up.sql", "sql/0003_c.up.sql", "sql/0004_work.up.sql", "sql/0005_b.up.sql"]
        assert [changed.had(path) for path in paths] == [True, True, False, False]
        assert changed.of("sql/0003_c.up.sql") is None
        assert (one := changed.of("sql/0001_a.up.sql")) is not None
        assert one.change is Change.MODIFIED

    def test_a_project_in_a_subfolder_sees_its_own_files_by_its_own_paths(self, branch):
        commit(branch, **{"service/sql/0001_a.up.sql": "then", "elsewhere/0009_x.up.sql": LONG})
        git(branch, "branch", "--force", "main")
        (branch / "service" / "sql" / "0001_a.up.sql").write_text("now")
        (branch / "service" / "sql" / "0002_b.up.sql").write_text("now")
        git(branch, "mv", "elsewhere/0009_x.up.sql", "service/sql/0009_x.up.sql")
        (branch / "sql" / "0001_a.up.sql").write_text("now")
        changed = changed_since(branch / "service", "main")
        assert changes(changed) == {
            "sql/0001_a.up.sql": ("modified", "sql/0001_a.up.sql"),
            "sql/0002_b.up.sql": ("added", None),
            "sql/0009_x.up.sql": ("added", None),
        }
        assert changed.base_text("sql/0001_a.up.sql") == "then"

    def test_a_track_behind_a_link_is_found_under_both_of_its_names(self, repository):
        (repository / "link").symlink_to("sql")
        commit(repository)
        (repository / "sql" / "0001_a.up.sql").write_text("now")
        (repository / "sql" / "0002_b.up.sql").write_text("new")
        changed = changed_since(repository, "main")
        assert changed.base_text("link/0001_a.up.sql") == "SELECT 1;"
        assert not changed.had("link/0002_b.up.sql")
        assert changed.of("link/0003_c.up.sql") is None

    def test_the_answer_does_not_hang_on_what_people_set_up_for_their_own_eyes(self, branch):
        for key, value in {
            "diff.renames": "copies", "diff.relative": "false", "diff.external": "false", "color.ui": "always",
            "core.quotePath": "true", "diff.noprefix": "true", "diff.mnemonicPrefix": "true",
        }.items():  # fmt: skip
            git(branch, "config", key, value)
        (branch / "sql" / "0005_copy.up.sql").write_text(LONG)
        git(branch, "add", ".")
        (branch / "sql" / "0002_b.up.sql").write_text(LONG + "-- edited")
        assert changes(changed_since(branch, "main")) == {
            "sql/0002_b.up.sql": ("modified", "sql/0002_b.up.sql"),
            "sql/0004_work.up.sql": ("added", None),
            "sql/0005_copy.up.sql": ("added", None),
        }

    def test_files_in_conflict_are_changed_ones(self, branch):
        commit(branch, **{"sql/0001_a.up.sql": "SELECT 'ours';"})
        with pytest.raises(subprocess.CalledProcessError):
            git(branch, "merge", "main")
        changed = changed_since(branch, "main")
        assert changes(changed)["sql/0001_a.up.sql"] == ("modified", "sql/0001_a.up.sql")
        assert changed.base_text("sql/0001_a.up.sql") == "SELECT 1;"

    def test_it_works_while_another_git_holds_the_index(self, branch):
        os.utime(branch / "sql" / "0001_a.up.sql")
        (branch / ".git" / "index.lock").touch()
        assert list(changed_since(branch, "main").changed) == ["sql/0004_work.up.sql"]

    def test_a_hook_in_a_linked_work_tree_sees_what_a_shell_sees(self, branch, tmp_path_factory, monkeypatch):
        commit(branch, **{"service/sql/0001_a.up.sql": "then"})
        tree = tmp_path_factory.mktemp("trees") / "linked"
        git(branch, "worktree", "add", "--quiet", "-b", "linked", str(tree))
        (tree / "service" / "sql" / "0001_a.up.sql").write_text("now")
        folder = git(tree, "rev-parse", "--absolute-git-dir")
        monkeypatch.setenv("GIT_DIR", folder)
        monkeypatch.setenv("GIT_INDEX_FILE", f"{folder}/index")
        changed = changed_since(tree / "service", "work")
        assert changes(changed) == {"sql/0001_a.up.sql": ("modified", "sql/0001_a.up.sql")}

    def test_many_files_take_no_more_calls_than_one(self, repository, monkeypatch, tmp_path_factory):
        names = [f"sql/{number:04}_x.up.sql" for number in range(10, 60)]
        commit(repository, **dict.fromkeys(names, "then"))
        for number, name in enumerate(names):
            (repository / name).write_text(f"now {number}")
        real, folder = shutil.which("git"), tmp_path_factory.mktemp("bin")
        counting = folder / "git"
        counting.write_text(f'#!/bin/sh\necho "$@" >> {folder}/calls\nexec {real} "$@"\n')
        counting.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        changed = changed_since(repository, "main")
        assert [changed.base_text(name) for name in names] == ["then"] * 50
        assert len((folder / "calls").read_text().splitlines()) == 5

    def test_a_branch_with_nothing_in_common_is_compared_with_the_ref_itself(self, branch):
        main = git(branch, "rev-parse", "main")
        git(branch, "switch", "--quiet", "--orphan", "fresh")
        assert changed_since(branch, "main").base == main
        commit(branch, **{"sql/0001_a.up.sql": "SELECT 'fresh';"})
        changed = changed_since(branch, "main")
        assert changed.base == main
        assert changed.base_text("sql/0001_a.up.sql") == "SELECT 'main went on';"
        assert changes(changed)["sql/0003_c.up.sql"] == ("deleted", "sql/0003_c.up.sql")


class TestChangedSinceCannotTell:
    @pytest.mark.parametrize("ref", ["nope", "--help", "-v", "main:sql", "", "main..main", "HEAD^{tree}"])
    def test_what_is_no_ref_is_never_taken_for_an_option(self, repository, ref):
        with pytest.raises(UsageError) as caught:
            changed_since(repository, ref)
        assert str(caught.value) == f"git knows no '{ref}'\n  next: name a branch, a tag or a commit"

    def test_a_branch_that_was_not_fetched_comes_with_the_command_that_helps(self, branch, tmp_path_factory):
        clone = clone_of(branch, tmp_path_factory.mktemp("clones") / "c", "--branch", "work", "--single-branch")
        with pytest.raises(UsageError) as caught:
            changed_since(clone, "origin/main")
        advice = "git fetch origin main:refs/remotes/origin/main"
        assert str(caught.value) == f"git knows no 'origin/main'\n  next: fetch it: {advice}"
        git(clone, *advice.split()[1:])
        assert changes(changed_since(clone, "origin/main")) == {"sql/0004_work.up.sql": ("added", None)}

    def test_a_branch_that_only_the_remote_has_is_named_in_full(self, branch, tmp_path_factory):
        clone = clone_of(branch, tmp_path_factory.mktemp("clones") / "c", "--branch", "work")
        with pytest.raises(UsageError) as caught:
            changed_since(clone, "main")
        assert str(caught.value) == "git knows no 'main'\n  next: did you mean 'origin/main'?"

    def test_a_shallow_clone_says_what_it_lacks(self, branch, tmp_path_factory):
        clone = clone_of(
            branch, tmp_path_factory.mktemp("clones") / "c", "--branch", "work", "--depth", "1", "--no-single-branch"
        )
        with pytest.raises(UsageError) as caught:
            changed_since(clone, "origin/main")
        assert str(caught.value) == (
            "git finds no commit that 'origin/main' and this branch have in common\n"
            "  state: this is a shallow clone, which lacks the older commits\n"
            "  next: git fetch --unshallow; in CI, check out with the whole history (fetch-depth: 0)"
        )
        git(clone, "fetch", "--quiet", "--unshallow")
        assert changes(changed_since(clone, "origin/main")) == {"sql/0004_work.up.sql": ("added", None)}

    def test_a_folder_without_a_repository_says_where_to_go(self, tmp_path, monkeypatch):
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        with pytest.raises(UsageError) as caught:
            changed_since(tmp_path, "main")
        told = str(caught.value)
        assert told.startswith("git: not a git repository (or any of the parent directories): .git")
        assert told.endswith("next: run it inside of the project's repository")

    def test_without_git_it_says_what_is_missing(self, repository, monkeypatch):
        monkeypatch.setenv("PATH", "")
        with pytest.raises(UsageError) as caught:
            changed_since(repository, "main")
        assert str(caught.value) == "git is not installed\n  next: install git"

    def test_a_repository_of_somebody_else_comes_with_the_command_that_trusts_it(self, repository, monkeypatch):
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        with pytest.raises(UsageError) as caught:
            changed_since(repository, "main")
        assert str(caught.value) == (
            f"git: detected dubious ownership in repository at '{repository}'\n"
            f"  next: git config --global --add safe.directory {repository}"
        )

    @pytest.mark.parametrize(
        ("name", "said"),
        [("sql/0001_a.up.sql", "git could not read {}: it is missing"), ("sqlmig.sql", "git: unable to read {}")],
        ids=["of a file that is gone", "of a file that is there"],
    )
    def test_a_repository_that_lost_an_object_says_so(self, repository, name, said):
        commit(repository, **{"sqlmig.sql": "another text"})
        blob = git(repository, "rev-parse", f"HEAD:{name}")
        (repository / "sql" / "0001_a.up.sql").unlink()
        (repository / "sqlmig.sql").write_text("now")
        (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
        with pytest.raises(UsageError) as caught:
            changed_since(repository, "main")
        assert str(caught.value) == (
            f"{said.format(blob)}\n  next: run git fsck; where it finds something wrong, clone the repository anew"
        )


def clone_of(repository: Path, folder: Path, *options: str) -> Path:
    """A clone as CI makes it, through a URL: a path would be cloned whole."""
    git(repository, "clone", "--quiet", *options, repository.as_uri(), str(folder))
    return folder
