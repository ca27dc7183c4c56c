"""Renders templates with Jinja, and gives the way back to them. `templates.py` asks for it when a text needs it.

Jinja is set up in `sandbox`; what it raises becomes a ProjectError at the line that is to blame here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

import jinja2
from jinja2 import meta, nodes
from jinja2.exceptions import SecurityError

from sqlmig.errors import Place, Problem, ProjectError
from sqlmig.project.model import Script
from sqlmig.project.nearest import did_you_mean
from sqlmig.project.positions import Segment, mark, unmark
from sqlmig.project.sandbox import MAX_CHARACTERS, NotInScope, Sandbox

Scope = Mapping[str, object]


class Engine:
    """One set of macro files, and the templates compiled with it."""

    def __init__(self, macros: Mapping[str, str], shown: Mapping[str, str]) -> None:
        self.macros = macros
        self._shown = {name: shown.get(name, name) for name in macros}
        self._texts = {self._shown[name]: text for name, text in macros.items()}
        self._plain = Sandbox(macros, self._shown)
        self._marking = _MarkingSandbox(macros, self._shown)
        self._macro_imports: dict[str, list[str]] = {}
        self._macro_names: dict[str, frozenset[str]] = {}
        self._exports: dict[str, list[str]] = {}

    def sources(self, script: Script) -> Mapping[str, str]:
        """Every text that a script may be made of, by the name that messages have for it."""
        return {**self._texts, script.path: script.text}

    def render(self, script: Script, scope: Scope) -> str:
        """The text that a script gives.

        Raises:
            ProjectError: at the line of the template that is to blame.
        """
        return _run(self._plain, script, scope, self.sources(script))

    def trace(self, script: Script, scope: Scope, text: str) -> tuple[Segment, ...]:
        """Renders again with marks; where the marks change what comes out, there is no way back."""
        try:
            marked = _run(self._marking, script, scope, self.sources(script))
        except ProjectError:
            return ()
        plain, segments = unmark(marked, (script.path, *self._shown.values()))
        return segments if plain == text else ()

    def imported(self, text: str, path: str) -> dict[str, str]:
        """The macro files that a template imports, directly or through others, by import name."""
        found: dict[str, str] = {}
        pending = self._imports(text, path)
        while pending:
            name = pending.pop()
            if name not in found:
                found[name] = self.macros[name]
                pending += self._imports_of_macro(name)
        return found

    def names(self, script: Script) -> frozenset[str]:
        """The names that a script, or a macro file that it imports, may take from the scope."""
        own = meta.find_undeclared_variables(self._plain.parse(script.text, script.path, script.path))
        return frozenset(own).union(*map(self._names_of_macro, self.imported(script.text, script.path)))

    def columns(self, script: Script) -> frozenset[str] | None:
        """The tenant's columns that a script reads by name; None when it passes the whole tenant on."""
        with _errors_at_their_place(script.path, self.sources(script)):
            tree = self._plain.parse(script.text, script.path, script.path)
        read = set()
        by_name = 0
        for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Test)):
            match node:
                case nodes.Getattr(node=nodes.Name(name="tenant"), attr=column):
                    read.add(column)
                case nodes.Getitem(node=nodes.Name(name="tenant"), arg=nodes.Const(value=str(column))):
                    read.add(column)
                case nodes.Test(node=nodes.Name(name="tenant")):
                    pass
                case _:
                    continue
            by_name += 1
        included = any(True for _ in tree.find_all(nodes.Include))
        mentions = sum(node.name == "tenant" for node in tree.find_all(nodes.Name))
        return None if included or mentions > by_name else frozenset(read)

    def _names_of_macro(self, name: str) -> frozenset[str]:
        """Read once, as its imports are."""
        if name not in self._macro_names:
            tree = self._plain.parse(self.macros[name], name, name)
            self._macro_names[name] = frozenset(meta.find_undeclared_variables(tree))
        return self._macro_names[name]

    def _imports_of_macro(self, name: str) -> list[str]:
        """Read once: a thousand migrations import the same few files."""
        if name not in self._macro_imports:
            self._macro_imports[name] = self._imports(self.macros[name], self._shown[name])
        return self._macro_imports[name]

    def _imports(self, text: str, path: str) -> list[str]:
        if "{%" not in text:
            return []
        with _errors_at_their_place(path, {path: text}):
            tree = self._plain.parse(text, path, path)
        names = []
        for name in meta.find_referenced_templates(tree):
            if name is None:
                raise _import_error(path, text, "import", "the name of an imported file must be written out")
            if name not in self.macros:
                message = f"no macro file '{name}'; {did_you_mean(name, self.macros)}"
                raise _import_error(path, text, name, message)
            names.append(name)
        for node in tree.find_all(nodes.FromImport):
            self._check_names(node, path, text)
        return names

    def _check_names(self, node: nodes.FromImport, path: str, text: str) -> None:
        file = node.template.value if isinstance(node.template, nodes.Const) else ""
        exported = self._exported(file)
        for wanted in node.names:
            name = wanted[0] if isinstance(wanted, tuple) else wanted
            if name not in exported:
                message = f"'{file}' has no macro '{name}'; {did_you_mean(name, exported)}"
                raise _import_error(path, text, name, message, after=node.lineno)

    def _exported(self, file: str) -> list[str]:
        """What other files can import from a macro file."""
        if file not in self._exports:
            shown, text = self._shown[file], self.macros[file]
            with _errors_at_their_place(shown, {shown: text}):
                tree = self._plain.parse(text, file, shown)
            names = [node.name for node in tree.find_all(nodes.Macro)]
            names += [node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"]
            self._exports[file] = [name for name in names if not name.startswith("_")]
        return self._exports[file]


class _MarkingSandbox(Sandbox):
    """Puts a mark with its origin in front of everything that a template prints."""

    def __init__(self, macros: Mapping[str, str], shown: Mapping[str, str]) -> None:
        super().__init__(macros, shown)
        self._numbers = {name: index for index, name in enumerate(shown, start=1)}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        tokens = ((kind, value) for _, kind, value in self.lexer.tokeniter(source, name, filename))
        mark(tree, source, self._numbers.get(name or "", 0), tokens)
        tree.set_environment(self)
        return tree


def _run(environment: Sandbox, script: Script, scope: Scope, sources: Mapping[str, str]) -> str:
    with _errors_at_their_place(script.path, sources):
        template = environment.start(script)
        pieces: list[str] = []
        size = 0
        for piece in template.generate(scope):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_CHARACTERS:
                raise SecurityError(f"it gave more than {MAX_CHARACTERS} characters")
        return "".join(pieces)


@contextmanager
def _errors_at_their_place(path: str, sources: Mapping[str, str]) -> Iterator[None]:
    """Translates what Jinja raises into a ProjectError at the line of the template that is to blame."""
    try:
        yield
    except jinja2.TemplateSyntaxError as error:
        place = _place(sources, error.filename or path, error.lineno)
        message = f"the template cannot be read: {error.message}"
        raise ProjectError([Problem(message, place, "correct the template")]) from error
    except Exception as error:
        name, line = _raised_at(error.__traceback__, path)
        message, advice = _explained(error, in_macro=name != path)
        raise ProjectError([Problem(message, _place(sources, name, line), advice)]) from error


def _explained(error: Exception, *, in_macro: bool) -> tuple[str, str]:
    match error:
        case RecursionError():
            return "the template was stopped: it calls or imports itself without end", "let it come to an end"
        case SecurityError():
            return f"the template was stopped: {error}", "take it out of the template"
        case NotInScope() if in_macro:
            return f"{error}: a macro sees its arguments and nothing else", "pass it to the macro as an argument"
        case NotInScope():
            scope = "in scope are schema, env, vars and, on a tenant track, tenant"
            return f"{error}; {scope}", "correct the name, or give it under `variables` in sqlmig.yaml"
        case jinja2.UndefinedError():
            return str(error), "correct the name, or write: {% if ... is defined %}"
    return f"the template failed: {error}", "correct the template"


def _raised_at(traceback: TracebackType | None, path: str) -> tuple[str, int | None]:
    """The innermost line of a template; Jinja has put its own frames in place of the compiled ones."""
    name, line = path, None
    while traceback is not None:
        if "__jinja_exception__" in traceback.tb_frame.f_globals:
            name, line = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return name, line


def _place(sources: Mapping[str, str], name: str, line: int | None) -> Place:
    lines = sources.get(name, "").split("\n")
    return Place(name, line, None, lines[line - 1] if line is not None and line <= len(lines) else None)


def _import_error(path: str, text: str, word: str, message: str, after: int = 1) -> ProjectError:
    """An error at the first place of a word, from a line on."""
    lines = text.split("\n")
    sought = re.compile(rf"(?<![\w./]){re.escape(word)}(?![\w./])")
    found = ((number, sought.search(lines[number - 1])) for number in range(after, len(lines) + 1))
    line, match = next(((number, match) for number, match in found if match), (after, None))
    place = Place(path, line, match.start() + 1 if match else None, lines[line - 1])
    return ProjectError([Problem(message, place, "correct the import")])
