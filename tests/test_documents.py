"""The documents say what is so: links, commands, options, queries, rights, directives, words, paths."""

from __future__ import annotations

import importlib
import inspect
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path

import click
import pytest
from psycopg import sql

import servers
import sqlmig
from shop import FILES, Shop
from sqlmig.cli.app import app
from sqlmig.cli.invocation import Invocation
from sqlmig.errors import ConnectionFailed
from sqlmig.fleet import share
from sqlmig.plan import adapting, breaker, budget, retry
from sqlmig.project import directives, sandbox
from sqlmig.project.config.load import load_config
from sqlmig.project.config.values import ApplyConfig
from sqlmig.report import run, runstate, status

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
GENERATED = {"cli.md", "configuration.md"}
WRITTEN = [page for page in PAGES if page.name not in GENERATED]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


# --- links ---


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_between_documents_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if not leads_somewhere(page, link)] == []


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_a_link_to_a_heading_that_is_not_there_is_found():
    assert leads_somewhere(ROOT / "README.md", "docs/file-format.md#checksums")
    assert not leads_somewhere(ROOT / "README.md", "docs/file-format.md#no-such-heading")


def test_the_readme_names_every_page_of_the_documentation():
    readme = (ROOT / "README.md").read_text()
    assert [name_of(page) for page in ROOT.glob("docs/*.md") if f"({name_of(page)})" not in readme] == []


# --- commands ---


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_commands_and_options_in_documents_exist(page):
    assert [problem for call in calls(page) if (problem := wrong_with(call))] == []


def calls(page: Path) -> Iterator[str]:
    """Each call of sqlmig: in shell blocks, behind the prompt of transcripts, and in the text."""
    text = page.read_text()
    for block in blocks(page, "sh"):
        yield from (line for line in block.splitlines() if line.startswith("sqlmig "))
    for block in blocks(page, "console"):
        yield from (line[2:] for line in block.splitlines() if line.startswith("$ sqlmig "))
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"`(sqlmig [^`\n]+)`", prose)


SHELL = re.compile(r"\d?[<>]|[|&;]")
"""Where what the shell does begins."""


def wrong_with(call: str) -> str | None:
    words = list(takewhile(lambda word: not SHELL.match(word), shlex.split(call, comments=True)[1:]))
    command: click.Command = app
    while words and not words[0].startswith("-") and isinstance(command, click.Group):
        found = command.get_command(click.Context(command, obj=Invocation()), words[0])
        if found is None:
            return f"{call}: no command {words[0]}"
        command, words = found, words[1:]
    known = {name for parameter in [*app.params, *command.params] for name in parameter.opts} | {"--help", "--version"}
    options = [word.partition("=")[0] for word in words if word.startswith("-")]
    unknown = [option for option in options if option not in known]
    return f"{call}: no option {unknown[0]}" if unknown else None


@pytest.mark.parametrize("call", ["sqlmig aply", "sqlmig apply --everything", "sqlmig tenant make acme"])
def test_a_call_that_does_not_exist_is_found(call):
    assert wrong_with(call) is not None


def test_options_of_what_the_shell_starts_besides_are_not_ours():
    assert wrong_with("sqlmig apply --events /dev/fd/3 3> >(jq -c .event)") is None
    assert wrong_with("sqlmig apply --evnts /dev/fd/3 3> >(jq -c .event)") is not None


def test_make_targets_in_documents_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for page in WRITTEN for word in re.findall(r"\bmake ([a-z]+(?:-[a-z]+)?)`", page.read_text())}
    assert named
    assert named <= targets


# --- Python ---


@pytest.mark.parametrize("name", ["README.md", "docs/python.md"])
def test_python_in_documents_compiles_and_names_what_there_is(name):
    page = ROOT / name
    for block in blocks(page, "python"):
        compile(block, name, "exec", flags=0x2000)  # PyCF_ALLOW_TOP_LEVEL_AWAIT
    names = set(re.findall(r"\bsqlmig((?:\.[A-Za-z_]+)+)", page.read_text())) - {".yaml", ".status"}
    assert names
    for dotted in names:
        assert resolve(dotted.strip(".").split(".")) is not None, dotted


def resolve(parts: list[str]) -> object:
    found: object = sqlmig
    for at, part in enumerate(parts):
        if not hasattr(found, part):
            importlib.import_module(".".join(["sqlmig", *parts[: at + 1]]))
        found = getattr(found, part)
    return found


def test_every_call_of_a_project_is_documented_with_its_parameters():
    page = (ROOT / "docs/python.md").read_text()
    table = page[page.index("## Project") : page.index("## Errors")]
    documented = dict(re.findall(r"`([a-z_]+)\(([^`]*)\)`", table))
    methods = {name for name, value in vars(sqlmig.Project).items() if inspect.isfunction(value)}
    assert set(documented) == {name for name in methods if not name.startswith("_")}
    for name, arguments in documented.items():
        known = set(inspect.signature(getattr(sqlmig.Project, name)).parameters)
        assert set(re.findall(r"([a-z_]+)(?==|,|$)", re.sub(r"=[^,]*", "=", arguments))) <= known, name


def test_the_calls_on_tenants_that_the_page_names_are_there():
    page = (ROOT / "docs/python.md").read_text()
    rows = re.findall(r"^\| `(sqlmig\.admin\.[a-z]+)` \| ([^|:]*)", page, re.MULTILINE)
    modules = {path.stem for path in (ROOT / "src/sqlmig/admin").glob("*.py")} - {"__init__", "snapshotshadow"}
    assert {name.rpartition(".")[2] for name, _ in rows} == modules
    for name, calls in rows:
        module = importlib.import_module(name)
        assert [call for call in re.findall(r"`([a-z_]+)`", calls) if not hasattr(module, call)] == [], name


# --- the doctor ---


def test_documents_know_how_many_checks_there_are():
    checks = len(list((ROOT / "src/sqlmig/db/queries/doctor").glob("*.sql")))
    said = {(name_of(page), int(n)) for page in WRITTEN for n in re.findall(r"(\d+) checks on", page.read_text())}
    assert said
    assert {one for one in said if one[1] != checks} == set()


# --- the history ---


@pytest.fixture
def example(tmp_path, server, database_url):
    """The example project with one tenant."""
    if server.version < 15:
        pytest.skip("the example project needs PostgreSQL 15: a view with security_invoker")
    shutil.copytree(ROOT / "sql", tmp_path / "sql")
    shutil.copy(ROOT / "sqlmig.yaml", tmp_path)
    project = sqlmig.Project.load(tmp_path, environment="ci", database_url=database_url, environ={})
    assert project.apply(platform=True).exit_status == 0
    project.create_tenant("acme", values={})
    return project


def test_the_queries_of_the_history_page_run_and_find_what_they_ask_for(example, connect):
    connection = connect()
    queries = blocks(ROOT / "docs/history.md", "sql")
    answers = [connection.execute(query).fetchall() for query in queries]
    by_start = {query.split()[1]: answer for query, answer in zip(queries, answers, strict=True)}
    assert len(queries) == 16
    assert [row[0] for row in by_start["a.version,"]] == [m.version for m in example.files.tenant_tracks[0].migrations]
    assert [row[1] for row in answers[0]] == ["platform_core", "tenant_acme"]
    assert "CREATE TABLE deals" in by_start["u.path,"][0][1]
    assert "DROP TABLE deals" in by_start["u.path,"][0][2]


def test_the_history_page_describes_every_table(example, connect):
    rows = connect().execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'sqlmig'::regnamespace"
    )
    page = (ROOT / "docs/history.md").read_text()
    assert {name for (name,) in rows} == set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))


# --- fleets ---

FLEETS = ROOT / "docs/fleets.md"


def test_the_fleets_page_says_of_each_sqlstate_what_the_code_does():
    rows = re.findall(r"^\| `([a-z]+)` \| (.*?) \| .* \|$", FLEETS.read_text(), re.MULTILINE)
    told = {name: set(re.findall(r"`([0-9A-Z]{2}|[0-9A-Z]{5})`", states)) for name, states in rows}
    assert set(told) == {remedy.value for remedy in retry.Remedy}
    known: Mapping[str, retry.Remedy] = {**retry._OF_CLASS, **retry._OF_STATE}
    assert {state for states in told.values() for state in states} == {*known, "XX000", "57014"}
    for name, states in told.items():
        for state in states:
            assert retry.remedy(state, "tuple concurrently updated").value == name, state


@pytest.mark.parametrize(
    "said",
    [
        f"more than `apply.breaker.share` ({ApplyConfig().breaker.share:.0%}".replace("%", " %"),
        f"failed, and at least {breaker.FEWEST_FAILURES} |",
        f"`apply.breaker.same_in_a_row` ({ApplyConfig().breaker.same_in_a_row})",
        f"`apply.attempts` ({ApplyConfig().attempts})",
        f"`apply.lock_timeout` ({ApplyConfig().lock_timeout.replace('s', ' s')})",
        f"`apply.lock_wait` ({ApplyConfig().lock_wait.replace('s', ' s')})",
        f"serves {ApplyConfig().connection_targets} targets",
        f"`apply.workers` ({ApplyConfig().workers})",
        f"begins with {adapting.FIRST} and stays between 1 and {adapting.MOST}",
        f"{adapting.WELL} targets that went well",
        f"take about {adapting.ROW * 1000:.0f} milliseconds together, at most {adapting.MOST_IN_A_ROW}",
        f"({ApplyConfig().concurrently_above:,}, counted",
        f"grows with each attempt, up to {retry.LONGEST_PAUSE:.0f} seconds",
        f"alive for {share.LEASE:.0f} seconds",
        f"more than {run.MOST_WHOLE} targets",
        f"for up to {runstate.FLEET} targets one each",
        f"With more than {status.MOST_ROWS} targets `sqlmig status`",
        str(budget.budget(500, 16, budget.LockTable(64, 100, 0, 12))),
    ],
)
def test_numbers_in_the_fleets_page_are_those_of_the_code(said):
    assert said in " ".join(FLEETS.read_text().split())


def test_the_configuration_in_the_fleets_page_is_one(tmp_path):
    [example] = blocks(FLEETS, "yaml")
    for file in ("sql/tenant/0001_a.up.sql", "sql/checks/deals.sql"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    (tmp_path / "sqlmig.yaml").write_text(
        "tracks: {t: {path: sql/tenant, scope: tenant}}\ntenants: {schemas: t_*}\n" + example
    )
    waves = load_config(tmp_path / "sqlmig.yaml", environ={}).apply.waves
    assert [wave.name for wave in waves] == ["canary", "trial", "10%"]


# --- rights ---


def test_the_rights_in_the_operations_page_are_enough(tmp_path, database, connect):
    role = migrator(database, connect, rights=True)
    shop = Shop(tmp_path, role, connect())
    shop.write(FILES)
    shop.with_tenants("acme", "globex")
    shop.pair(
        "tenant",
        "0002_notes",
        "CREATE TABLE notes (id int);\nCREATE FUNCTION f() RETURNS int RETURN 1;\n",
        "DROP FUNCTION f();\nDROP TABLE notes;\n",
    )
    shop.write({"sql/tenant/0003_i.up.sql": "-- sqlmig: transaction off\nCREATE INDEX CONCURRENTLY i ON notes (id);\n"})
    shop.write({"sql/tenant/0003_i.down.sql": "DROP INDEX i;\n"})
    project = shop.project()
    assert project.apply().exit_status == 0
    assert project.rollback(schemas=["tenant_acme"], steps=2).exit_status == 0
    assert project.apply().exit_status == 0
    assert project.status().current
    assert project.check().current
    assert project.verify().clean
    assert project.locks() == ()


def test_without_the_right_to_create_schemas_nothing_is_begun(tmp_path, database, connect):
    shop = Shop(tmp_path, migrator(database, connect, rights=False), connect())
    shop.write(FILES)
    with pytest.raises(ConnectionFailed, match="the role may not create the history"):
        shop.project().apply()
    assert shop.one("SELECT count(*) FROM pg_namespace WHERE nspname IN ('sqlmig', 'core')") == 0


def test_a_role_that_only_reads_may_look(tmp_path, database, connect):
    owner = connect()
    shop = Shop(tmp_path, database.url, owner)
    shop.write(FILES)
    shop.with_tenants("acme")
    reader = servers.create_role(database)
    for schema in ("sqlmig", "core"):
        owner.execute(
            sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), sql.Identifier(reader.name))
        )
        owner.execute(
            sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(
                sql.Identifier(schema), sql.Identifier(reader.name)
            )
        )
    project = Shop(tmp_path, reader.url, owner).project()
    assert project.plan().steps == ()
    assert project.status().current
    assert project.verify().clean
    assert project.check().current


def migrator(database: servers.Database, connect, *, rights: bool) -> str:
    """The URL of a role made as the operations page says, with its GRANT or without."""
    role = servers.create_role(database)
    made, granted = blocks(ROOT / "docs/operations.md", "sql")[0].strip().splitlines()
    assert made == "CREATE ROLE sqlmig_migrator LOGIN;"
    if rights:
        connect().execute(granted.replace("sqlmig_migrator", f'"{role.name}"').replace(" app ", f' "{database.name}" '))
    return role.url


def test_a_run_without_an_end_is_settled_as_the_operations_page_says(tmp_path, database_url, connect):
    shop = Shop(tmp_path, database_url, connect())
    shop.write(FILES)
    shop.with_tenants("acme")
    run = shop.one("SELECT run_id::text FROM sqlmig.run LIMIT 1")
    shop.sql("UPDATE sqlmig.run SET finished_at = NULL, outcome = NULL WHERE run_id::text = %s", run)
    assert not shop.project().verify().clean
    assert "A run that ends well settles it" in (ROOT / "docs/operations.md").read_text()
    shop.apply()
    assert shop.project().verify().clean


def test_messages_in_the_operations_page_are_those_of_the_code():
    page = (ROOT / "docs/operations.md").read_text()
    rows = re.findall(r"^\| [1-5] \| (.*?) \|", page, re.MULTILINE)
    source = "\n".join(path.read_text() for path in (ROOT / "src/sqlmig").rglob("*.py"))
    seen = [message for row in rows for message in re.findall(r"`([^`]+)`", row) if message != "sqlmig.yaml"]
    assert len(seen) > 15
    parts = {part.strip() for message in seen for part in re.split(r"\.\.\.|SCHEMA|platform 0005|\d+", message)}
    assert [part for part in sorted(parts) if part not in source] == []


# --- the file format ---


def test_every_directive_is_described_with_what_it_takes():
    page = (ROOT / "docs/file-format.md").read_text()
    sections = set(re.findall(r"^### (.*)$", page, re.MULTILINE))
    assert sections == set(directives._SPECS)
    for word, spec in directives._SPECS.items():
        assert f"`{spec.usage}`" in page, spec.usage
        repeats = "yes" if spec.repeats else "no"
        assert re.search(rf"^\| `{word}` \| .* \| {repeats} \|$", page, re.MULTILINE), word


def test_every_directive_is_described_for_the_files_that_it_belongs_in():
    page = (ROOT / "docs/file-format.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z_-]+)` \| (.*) \| (?:yes|no) \|$", page, re.MULTILINE))
    short = {kind: kind.value.split()[1] for kind in directives.FileKind}
    for word, spec in directives._SPECS.items():
        kinds = [short[kind] for kind in directives.FileKind if kind in spec.kinds]
        expected = "every kind of file" if len(kinds) == len(short) else ", ".join(kinds)
        assert rows[word] == expected, word


def test_the_bounds_of_templates_are_those_of_the_code():
    page = (ROOT / "docs/file-format.md").read_text()
    assert f"| {sandbox.MAX_TURNS:,} |" in page
    assert f"| {sandbox.MAX_CHARACTERS:,} " in page


# --- words and paths ---

WORDS = {
    "track",
    "migration",
    "version",
    "direction",
    "tenant",
    "target",
    "history",
    "step",
    "plan",
    "run",
    "wave",
    "operation",
    "finding",
    "fingerprint",
    "item",
    "gate",
    "stage",
    "breaker",
    "lane",
    "lease",
    "requeue",
    "quarantined",
    "database",
    "job",
    "queue",
    "manifest",
    "worker",
    "backup",
    "check",
    "hold",
    "pool",
    "probe",
    "restore point",
    "snapshot",
    "suspended",
    "undo copy",
}


def test_every_word_of_the_design_has_one_meaning_in_the_glossary():
    words = re.findall(r"^\| ([a-z ]+) \|", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)[1:]
    assert set(words) >= WORDS
    assert len(words) == len(set(words))
    assert words == sorted(words)


def test_the_code_map_names_what_is_there_and_leaves_nothing_out():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    code_map = text[text.index("## Code map") : text.index("## What is not there")]
    source = ROOT / "src" / "sqlmig"
    parts = {f"{path.parent.name}/" for path in source.glob("*/__init__.py")}
    parts |= {path.name for path in source.glob("*.py") if not path.stem.startswith("__")}
    named = set(re.findall(r"`([a-z_]+(?:/|\.py))`", code_map))
    assert parts <= named
    for path in re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`", code_map):
        assert (source / path).exists() or (ROOT / path).exists(), path


def test_files_named_in_the_architecture_exist():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    known = {path.name for path in (ROOT / "src").rglob("*.py")}
    assert set(re.findall(r"`(?:[a-z_]+/)*([a-z_]+\.py)`", text)) <= known
