"""Templates: renders scripts, and says where in which file a character of the text came from.

A text without any of Jinja's three openings is no template. Jinja, a third of the time that a small command takes to
start, is imported by `rendering` when there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sqlmig.errors import Place
from sqlmig.project.macros import shipped_macros
from sqlmig.project.model import Script
from sqlmig.project.positions import Segment, locate

if TYPE_CHECKING:
    from sqlmig.project.rendering import Engine

_OPENINGS: Final = ("{{", "{%", "{#")

Scope = Mapping[str, object]
"""The names in scope of a template: schema, tenant, env, vars."""


@dataclass(frozen=True)
class Rendered:
    """What a template gave for one target."""

    script: Script
    text: str = field(repr=False)
    _sources: Mapping[str, str] = field(repr=False, compare=False)
    _segments: Callable[[], tuple[Segment, ...]] = field(repr=False, compare=False)

    def place(self, offset: int) -> Place:
        """Where in the template, or in a macro file, the character at `offset` of the text came from."""
        return locate(self._sources, self.script.path, self.segments, offset)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The way back, worked out when somebody asks."""
        return self._segments()


class Templates:
    """Renders scripts with the macros of one project; holds the compiled templates."""

    def __init__(
        self, macros: Mapping[str, str], folder: str = "", varying: Set[str] = frozenset({"schema", "tenant"})
    ) -> None:
        """Takes the project's own macro files.

        Args:
            macros: their texts, by the name that templates import them by.
            folder: where they stand, relative to the project's root.
            varying: the names in scope that differ from tenant to tenant.
        """
        self._varying = varying
        self._macros = macros
        self._folder = folder
        self._engines_of_stored: dict[str, Engine] = {}
        self._same: dict[str, bool] = {}

    def imported(self, text: str, path: str) -> dict[str, str]:
        """The macro files that a template imports, directly or through others, by import name.

        Raises:
            ProjectError: the template cannot be parsed, or imports what there is not.
        """
        return self._engine.imported(text, path) if "{%" in text else {}

    def same_for_all(self, script: Script) -> bool:
        """Whether a script reads nothing that differs from tenant to tenant, nor does a macro file that it imports."""
        if not any(opening in script.text for opening in _OPENINGS):
            return True
        if script.checksum not in self._same:
            self._same[script.checksum] = not self._varying & self._engine_for(script).names(script)
        return self._same[script.checksum]

    def columns(self, script: Script) -> frozenset[str] | None:
        """The tenant's columns that a script reads by name; None when it passes the whole tenant on, and may read any.

        Raises:
            ProjectError: the template cannot be parsed.
        """
        if not any(opening in script.text for opening in _OPENINGS):
            return frozenset()
        return self._engine_for(script).columns(script)

    def render(self, script: Script, scope: Scope) -> Rendered:
        """Renders a script.

        Raises:
            ProjectError: an undefined name, a forbidden access, a loop without end, or any other error in the
                template, at its line.
        """
        if not any(opening in script.text for opening in _OPENINGS):
            sources = {script.path: script.text}
            return Rendered(script, script.text, sources, lambda: (Segment(0, script.path, 0, True),))
        engine = self._engine_for(script)
        text = engine.render(script, scope)
        return Rendered(script, text, engine.sources(script), lambda: engine.trace(script, scope, text))

    @cached_property
    def _engine(self) -> Engine:
        from sqlmig.project.rendering import Engine

        shown = {name: f"{self._folder}/{name}" for name in self._macros} if self._folder else {}
        return Engine({**shipped_macros(), **self._macros}, shown)

    def _engine_for(self, script: Script) -> Engine:
        """A script that the history stored renders with the macros that were stored with it."""
        macros = self._engine.macros
        if all(macros.get(name) == text for name, text in script.macros.items()):
            return self._engine
        if script.checksum not in self._engines_of_stored:
            from sqlmig.project.rendering import Engine

            self._engines_of_stored[script.checksum] = Engine({**macros, **script.macros}, {})
        return self._engines_of_stored[script.checksum]
