"""Templates: Jinja2, sandboxed and deterministic. The only importer of jinja2.

Rendering gives the text that the server gets and, on demand, the way back: which line and column of which
template a character of that text came from.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from types import TracebackType

import jinja2
from jinja2 import meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sqlmig.errors import Place, Problem, ProjectError
from sqlmig.project.checksums import normalised
from sqlmig.project.model import Script
from sqlmig.project.nearest import did_you_mean
from sqlmig.project.positions import Segment, locate, mark, unmark
from sqlmig.sql.identifiers import quote_ident, quote_literal

MAX_TURNS = 1_000_000
"""Loop turns and macro calls that one rendering may take. A count and no clock: the same everywhere."""
MAX_CHARACTERS = 64 * 1024 * 1024

Scope = Mapping[str, object]
"""The names in scope of a template: schema, tenant, env, vars."""


@dataclass(frozen=True)
class Rendered:
    """What a template gave for one target."""

    script: Script
    text: str = field(repr=False)
    _segments: Callable[[], tuple[Segment, ...]] = field(repr=False, compare=False)

    def place(self, offset: int) -> Place:
        """Where in the template, or in a macro file, the character at `offset` of the text came from."""
        return locate(self._sources, self.script.path, self.segments, offset)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The way back, worked out when somebody asks."""
        return self._segments()

    @property
    def _sources(self) -> Mapping[str, str]:
        return {self.script.path: self.script.text, **self.script.macros}


class Templates:
    """Renders scripts with the macros of one project; holds the compiled templates."""

    def __init__(self, macros: Mapping[str, str]) -> None:
        """Takes the project's own macro files, by the name that templates import them by."""
        self._macros = {**shipped_macros(), **macros}
        self._plain = _Environment(self._macros)
        self._marking = _MarkingEnvironment(self._macros)

    def imported(self, text: str, path: str) -> dict[str, str]:
        """The macro files that a template imports, directly or through others, by import name.

        Raises:
            ProjectError: the template cannot be parsed, or imports what there is not.
        """
        found: dict[str, str] = {}
        self._collect(text, path, found)
        return found

    def render(self, script: Script, scope: Scope) -> Rendered:
        """Renders a script.

        Raises:
            ProjectError: an undefined name, a forbidden access, a loop without end, or any other error in the
                template, at its line.
        """
        if "{" not in script.text:
            return Rendered(script, script.text, lambda: (Segment(0, script.path, 0, True),))
        text = _run(self._plain, script, scope)
        return Rendered(script, text, lambda: self._trace(script, scope, text))

    def _trace(self, script: Script, scope: Scope, text: str) -> tuple[Segment, ...]:
        """Renders again with marks; where the marks change what comes out, there is no way back."""
        try:
            marked = _run(self._marking, script, scope)
        except ProjectError:
            return ()
        plain, segments = unmark(marked, tuple({script.path: "", **self._macros}))
        return segments if plain == text else ()

    def _collect(self, text: str, path: str, found: dict[str, str]) -> None:
        if "{%" not in text:
            return
        with _errors_of(self._plain, path, text):
            tree = self._plain.parse(text, path, path)
        for name in meta.find_referenced_templates(tree):
            if name is None:
                raise ProjectError([_import_problem(path, text, "the name of an imported file must be written out")])
            if name not in self._macros:
                raise ProjectError(
                    [_import_problem(path, text, f"no macro file '{name}'; {did_you_mean(name, self._macros)}", name)]
                )
            if name not in found:
                found[name] = self._macros[name]
                self._collect(self._macros[name], name, found)


@lru_cache(maxsize=1)
def shipped_macros() -> Mapping[str, str]:
    """The macro files that come with sqlmig, by import name (`sqlmig/rls.sql`)."""
    folder = resources.files("sqlmig") / "macros"
    return {
        f"sqlmig/{entry.name}": normalised(entry.read_bytes())
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".sql")
    }


def read_macros(folder: Path) -> dict[str, str]:
    """The macro files below a folder, by import name; none when the folder is not there."""
    return {
        file.relative_to(folder).as_posix(): normalised(file.read_bytes())
        for file in sorted(folder.rglob("*.sql"))
        if file.is_file()
    }


class Row(dict[str, object]):
    """A registry row: `tenant.items` is the column of that name, not a method."""


class _Undefined(jinja2.StrictUndefined):
    """Names what is not there, and what is."""

    @property
    def _undefined_message(self) -> str:
        name = str(self._undefined_name)
        if isinstance(self._undefined_obj, Row):
            return f"the tenant has no column '{name}'; {did_you_mean(name, self._undefined_obj)}"
        if isinstance(self._undefined_obj, Mapping):
            return f"'{name}' is not defined there; {did_you_mean(name, map(str, self._undefined_obj))}"
        return f"'{name}' is not defined; in scope are schema, env, vars and, on a tenant track, tenant"


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja without clock, chance, environment or files other than macros, and with bounded loops."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, macros: Mapping[str, str]) -> None:
        super().__init__(
            loader=jinja2.DictLoader(dict(macros)),
            undefined=_Undefined,
            keep_trailing_newline=True,
            autoescape=False,
            finalize=_printable,
            auto_reload=False,
            cache_size=-1,
        )
        self._turns = 0
        self._compiled: dict[tuple[str, str], jinja2.Template] = {}
        self.globals = {"range": self.globals["range"], "dict": dict, "_turn": self._turn}
        del self.filters["random"], self.filters["pprint"]
        self.filters.update(ident=_ident, literal=_literal)

    def start(self, script: Script) -> jinja2.Template:
        """Begins a rendering: the script's compiled template, loop turns counted from 0."""
        self._turns = 0
        key = (script.path, script.checksum)
        if key not in self._compiled:
            code = self.compile(script.text, name=script.path, filename=script.path)
            namespace: MutableMapping[str, object] = self.make_globals(None)
            self._compiled[key] = self.template_class.from_code(self, code, namespace)
        return self._compiled[key]

    def getattr(self, obj: object, attribute: str) -> object:
        if isinstance(obj, Row):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: object, right: object) -> object:
        if operator == "**" and not (isinstance(right, int) and abs(right) <= 64):
            raise SecurityError("an exponent above 64")
        if operator == "*" and _length(left, right) > MAX_CHARACTERS:
            raise SecurityError(f"a value of more than {MAX_CHARACTERS} characters")
        if operator == "%" and isinstance(left, str) and re.search(r"%[^%a-zA-Z]*\d{5}", left):
            raise SecurityError("a padding of more than 9999 characters")
        return super().call_binop(context, operator, left, right)

    def _turn(self) -> str:
        self._turns += 1
        if self._turns > MAX_TURNS:
            raise SecurityError(f"it took more than {MAX_TURNS} loop turns and macro calls")
        return ""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock)):
            if isinstance(node, nodes.For | nodes.Macro | nodes.CallBlock):
                turn = nodes.Call(nodes.Name("_turn", "load"), [], [], None, None)
                node.body.insert(0, nodes.ExprStmt(turn).set_lineno(node.lineno))
        tree.set_environment(self)
        return tree


class _MarkingEnvironment(_Environment):
    """Puts a mark with its origin in front of everything that a template prints."""

    def __init__(self, macros: Mapping[str, str]) -> None:
        super().__init__(macros)
        self._names = {name: index for index, name in enumerate(macros, start=1)}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        mark(tree, source, self._names.get(name or "", 0))
        tree.set_environment(self)
        return tree


def _run(environment: _Environment, script: Script, scope: Scope) -> str:
    with _errors_of(environment, script.path, script.text):
        template = environment.start(script)
        pieces: list[str] = []
        size = 0
        for piece in template.generate(scope):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_CHARACTERS:
                raise SecurityError(f"it gave more than {MAX_CHARACTERS} characters")
        return "".join(pieces)


class _errors_of:  # noqa: N801  it reads as a phrase: `with _errors_of(...)`
    """Translates what Jinja raises into a ProjectError at the line of the template that is to blame."""

    def __init__(self, environment: _Environment, path: str, text: str) -> None:
        self._sources = {path: text}
        self._path = path
        self._environment = environment

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, jinja2.TemplateSyntaxError):
            place = self._at(error.name or self._path, error.lineno)
            raise ProjectError([Problem(f"the template cannot be read: {error.message}", place)]) from error
        if isinstance(error, RecursionError):
            raise self._error("a macro calls itself without end", traceback) from error
        if isinstance(error, SecurityError):
            raise self._error(f"the template was stopped: {error}", traceback) from error
        if isinstance(error, jinja2.UndefinedError):
            raise self._error(str(error), traceback) from error
        if isinstance(error, Exception) and not isinstance(error, ProjectError):
            raise self._error(f"the template failed: {error}", traceback) from error

    def _error(self, message: str, traceback: TracebackType | None) -> ProjectError:
        name, line = self._path, None
        while traceback is not None:
            if "__jinja_exception__" in traceback.tb_frame.f_globals:
                name, line = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
            traceback = traceback.tb_next
        return ProjectError([Problem(message, self._at(name, line))])

    def _at(self, name: str, line: int | None) -> Place:
        text = self._sources.get(name)
        if text is None and self._environment.loader is not None:
            try:
                text = self._environment.loader.get_source(self._environment, name)[0]
            except jinja2.TemplateNotFound:
                text = None
        if text is None or line is None:
            return Place(name, line)
        lines = text.split("\n")
        return Place(name, line, None, lines[line - 1] if line <= len(lines) else None)


def _import_problem(path: str, text: str, message: str, name: str = "import") -> Problem:
    at = max(text.find(name), 0)
    line_start = text.rfind("\n", 0, at) + 1
    line = text.count("\n", 0, at) + 1
    return Problem(message, Place(path, line, at - line_start + 1, text.split("\n")[line - 1]))


def _printable(value: object) -> object:
    """Refuses to print what SQL would misread: None as the word None, a list, a macro that was not called."""
    if isinstance(value, str | int | float | Decimal | uuid.UUID | datetime.date | datetime.datetime):
        return value
    if isinstance(value, jinja2.Undefined):
        return str(value)
    if value is None:
        raise TypeError("a NULL is printed; pipe it through | literal, or give a | default('...', true)")
    kind = "a macro that is not called" if isinstance(value, jinja2.runtime.Macro) else f"a {type(value).__name__}"
    raise TypeError(f"{kind} is printed; print text or a number")


def _ident(value: object) -> str:
    if not isinstance(value, str) or not value or "\x00" in value:
        raise TypeError(f"| ident needs a name, not {value!r}")
    return quote_ident(value)


def _literal(value: object) -> str:
    if isinstance(value, jinja2.Undefined):
        return str(value)
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return str(value)
        case str() | uuid.UUID() | datetime.date() | datetime.datetime() | datetime.time():
            return quote_literal(str(value))
    raise TypeError(f"| literal cannot write a {type(value).__name__} as SQL")


def _length(left: object, right: object) -> int:
    text, count = (left, right) if isinstance(right, int) else (right, left)
    return len(text) * count if isinstance(text, str | list | tuple) and isinstance(count, int) else 0
