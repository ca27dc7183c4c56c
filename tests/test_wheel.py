"""The wheel, built and installed into an empty virtual environment: it carries its SQL, its macros and its scaffold."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


def test_every_file_of_the_package_that_is_not_python_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    source = ROOT / "src"
    wanted = {
        file.relative_to(source).as_posix()
        for file in (source / "sqlmig").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert wanted <= packed
    assert any(name.endswith("macros/rls.sql") for name in packed)
    assert any(name.endswith("queries/functions.sql") for name in packed)


def test_an_installed_wheel_starts_a_project_and_applies_it(wheel: Path, tmp_path: Path, database_url: str) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    run(programs / "python", "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SQLMIG", "PG"))}
    env = {**clean, "SQLMIG_DATABASE_URL": database_url}
    project = tmp_path / "shop"
    sqlmig = programs / "sqlmig"
    run(sqlmig, "init", project, cwd=tmp_path, env=env)
    run(sqlmig, "new", "tenant", "add_note", cwd=project, env=env)
    (written,) = (project / "sql" / "tenant").glob("*_add_note.up.sql")
    macro = "{% from 'sqlmig/rls.sql' import tenant_rls %}\n"
    written.write_text(f"{macro}CREATE TABLE note (tenant_id uuid NOT NULL);\n{{{{ tenant_rls('note') }}}}\n")
    written.with_name(written.name.replace(".up.", ".down.")).write_text("DROP TABLE note;\n")
    run(sqlmig, "apply", cwd=project, env=env)
    run(sqlmig, "tenant", "create", "acme", cwd=project, env=env)
    assert '"current"' in run(sqlmig, "status", "--check", "--format", "json", cwd=project, env=env)
