"""What git knows, asked of a real repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sqlmig.errors import UsageError
from sqlmig.project.git import checkout, head_commit, merge_base


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
