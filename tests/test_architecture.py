"""What no single module can promise: the direction of imports, a quick start, a project that runs on any machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "sqlmig"
HEAVY = {"psycopg", "sqlglot", "jinja2", "yaml", "rich"}


def test_imports_go_down_only_and_through_one_door_each():
    command = Path(sys.executable).with_name("lint-imports")
    report = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert report.returncode == 0, report.stdout + report.stderr


def test_no_module_is_left_out_of_the_import_contracts():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    parts = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" and not path.stem.startswith("__")}
    parts |= {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    [layers] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    assert parts <= set(re.findall(r"\w+", " ".join(layers)))
    for contract in contracts:
        if contract["type"] == "forbidden":
            kept_out = {module.removeprefix("sqlmig.") for module in contract["source_modules"]}
            # The pool for applications speaks with the server itself: it is used without the rest of sqlmig.
            allowed = {"db", "tenancy"} if "psycopg" in contract["forbidden_modules"] else parts - kept_out
            assert parts - kept_out == allowed, f"{contract['name']}: {sorted(parts - kept_out)} may all pass"
            assert len(allowed) == 1 or "psycopg" in contract["forbidden_modules"]


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_command_line_starts_without_what_it_may_not_need(option):
    command = [sys.executable, "-X", "importtime", "-m", "sqlmig", option]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    # Each line ends with the name of an imported module: "import time: self [us] | cumulative | click.core".
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in answer.stderr.splitlines()}
    assert "sqlmig" in imported
    assert not HEAVY & imported


@pytest.mark.parametrize("init", sorted(SOURCE.rglob("__init__.py")), ids=lambda path: path.parent.name)
def test_importing_a_package_imports_nothing_else(init):
    packages = {name.partition(".")[0] for name in imports_at_import_time(ast.parse(init.read_text()).body)}
    assert packages <= sys.stdlib_module_names


def imports_at_import_time(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The modules that this code imports when it runs; what stands in functions runs later."""
    for node in nodes:
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                yield node.module if node.module and not node.level else "sqlmig"
            case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.FunctionDef() | ast.AsyncFunctionDef():
                pass
            case _:
                yield from imports_at_import_time(ast.iter_child_nodes(node))


def test_the_look_at_imports_sees_through_blocks_but_not_into_functions():
    seen = "import a.b\ntry:\n  from c import d\nexcept E:\n  import e\n"
    code = seen + "def f():\n  import g\nif TYPE_CHECKING:\n  import h"
    assert list(imports_at_import_time(ast.parse(code).body)) == ["a.b", "c", "e"]


def test_no_file_names_a_folder_of_one_machine():
    folder = re.compile(r"(?<![\w.:/-])/(?:home|root|Users|work|mnt)/\w[^\s'\"]*")
    texts = {path.relative_to(ROOT): path.read_bytes().decode(errors="ignore") for path in project_files()}
    assert {path: hits for path, text in texts.items() if (hits := folder.findall(text))} == {}


def project_files() -> Iterator[Path]:
    """What belongs to the project: nothing that was built, cached or installed beside it."""
    for path in ROOT.iterdir():
        if path.is_file():
            yield path
        elif path.name == ".ci" or not path.name.startswith("."):
            yield from (p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
