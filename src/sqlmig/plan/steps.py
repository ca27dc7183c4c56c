"""Steps, made when somebody asks for them: thousands of targets share most of what they run, and memory is not free.

A script that reads neither the schema nor the tenant gives every target the same text. It is rendered, split and
examined once, and its steps share all of that. Any other script is rendered for each target when the plan is made, so
that everything that could refuse it does so then, and once more when its turn comes: templates are deterministic.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from sqlmig.errors import ProjectError
from sqlmig.plan.examine import Objection, examine
from sqlmig.plan.values import Plan, Reason, Refusal, Step, Target, Work
from sqlmig.project.checksums import rendered_checksum
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Direction, Migration, Script
from sqlmig.project.templates import Rendered
from sqlmig.sql.statements import Statement

SharedObjects = Callable[[Sequence[Statement], str], tuple[str, ...]]
"""What statements of a tenant track, run in a schema, touch that all tenants share."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A script for one target, or for all of them."""

    sql: Rendered
    statements: tuple[Statement, ...]
    verify: Rendered | None
    objections: tuple[tuple[Rendered, Objection], ...]
    shared: tuple[str, ...]


class StepMaker:
    """Makes steps; keeps what is the same for every target. Safe for several threads."""

    def __init__(self, files: ProjectFiles, shared_objects: SharedObjects | None = None) -> None:
        """Takes the project.

        Args:
            files: the project on disk.
            shared_objects: tells what steps of tenant tracks touch that all tenants share; None for nothing.
        """
        self._files = files
        self._shared_objects = shared_objects
        self._same: dict[tuple[str, Direction], _Prepared | ProjectError] = {}
        self._checksums: dict[str, str] = {}
        self._fine: dict[int, tuple[Work, ...]] = {}
        # The sandbox counts the turns of the rendering under way.
        self._rendering = threading.Lock()

    def make(self, target: Target, work: Work) -> Step | list[Refusal]:
        """A step, or what speaks against it."""
        prepared = self._prepared(target, work)
        if isinstance(prepared, ProjectError):
            return [
                Refusal(Reason.TEMPLATE, one.message, one.next or "correct the template", target, one.place)
                for one in prepared.problems
            ]
        if prepared.objections:
            return [
                Refusal(found.reason, found.message, found.next, target, sql.place(found.offset))
                for sql, found in prepared.objections
            ]
        return Step(
            target,
            work.unit,
            work.direction,
            prepared.sql,
            prepared.statements,
            prepared.verify,
            None,
            prepared.shared,
        )

    def steps(self, target: Target, works: tuple[Work, ...]) -> tuple[Steps, list[Refusal]]:
        """The steps of a target, and what speaks against the others; what is the same for all is looked at once."""
        if self._fine.get(id(works)) is works:
            return Steps(self, target, works), []
        made = {id(work): self.make(target, work) for work in works}
        refusals = [refusal for one in made.values() if not isinstance(one, Step) for refusal in one]
        if refusals:
            return Steps(self, target, tuple(work for work in works if isinstance(made[id(work)], Step))), refusals
        if all(map(self.same_for_all, works)):
            self._fine[id(works)] = works
        return Steps(self, target, works), []

    def same_for_all(self, work: Work) -> bool:
        """Whether every target gets the same text, its verify file included."""
        verify = _verify(work)
        templates = self._files.templates
        return templates.same_for_all(work.script) and (verify is None or templates.same_for_all(verify))

    def checksum(self, target: Target, script: Script) -> str:
        """The rendered checksum of a script in a target.

        Raises:
            ProjectError: it cannot be rendered.
            ValueError: the text cannot be cut into tokens.
        """
        if not self._files.templates.same_for_all(script):
            return rendered_checksum(self._render(target, script).text)
        if script.checksum not in self._checksums:
            self._checksums[script.checksum] = rendered_checksum(self._render(target, script).text)
        return self._checksums[script.checksum]

    def _prepared(self, target: Target, work: Work) -> _Prepared | ProjectError:
        # A track's name stands in the path; stored scripts of two tracks may share a checksum, but no path.
        key = (f"{work.script.path}\0{work.script.checksum}", work.direction)
        found = self._same.get(key)
        if found is None:
            found = self._prepare(target, work)
            if self.same_for_all(work):
                self._same[key] = found
        return found

    def _prepare(self, target: Target, work: Work) -> _Prepared | ProjectError:
        verify = _verify(work)
        try:
            sql = self._render(target, work.script)
            check = self._render(target, verify) if verify is not None else None
        except ProjectError as error:
            return error
        examined = examine(sql.text, transaction=sql.script.directives.transaction)
        objections = [(sql, objection) for objection in examined.objections]
        if check is not None:
            objections += [(check, found) for found in examine(check.text, transaction=True).objections]
        shared: tuple[str, ...] = ()
        if self._shared_objects is not None and target.tenant is not None and not objections:
            shared = self._shared_objects(examined.statements, target.schema)
        return _Prepared(sql, examined.statements, check, tuple(objections), shared)

    def _render(self, target: Target, script: Script) -> Rendered:
        with self._rendering:
            return self._files.templates.render(script, self._files.scope(target.schema, target.tenant))


def distinct(plan: Plan) -> Iterator[Step]:
    """The steps of a plan; of those that are the same for every target, the first."""
    seen: set[tuple[int, Direction]] = set()
    whole: set[int] = set()
    for target in plan.targets:
        steps = target.steps
        if not isinstance(steps, Steps):
            yield from steps
        elif id(steps.works) not in whole:
            # A plan keeps its work alive, so an id stands for one piece of it.
            same = [steps.maker.same_for_all(work) for work in steps.works]
            for number, work in enumerate(steps.works):
                key = (id(work.unit), work.direction)
                if not (same[number] and key in seen):
                    yield steps[number]
                seen.add(key)
            if all(same):
                whole.add(id(steps.works))


class Steps(Sequence[Step]):
    """What one target shall run, in order; each look at a step makes it anew."""

    __slots__ = ("_target", "maker", "works")

    def __init__(self, maker: StepMaker, target: Target, works: tuple[Work, ...]) -> None:
        """Takes work that the maker has found nothing against."""
        self.maker = maker
        self._target = target
        self.works = works

    def __len__(self) -> int:
        return len(self.works)

    def __iter__(self) -> Iterator[Step]:
        return map(self._make, self.works)

    @overload
    def __getitem__(self, index: int) -> Step: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Step]: ...

    def __getitem__(self, index: int | slice) -> Step | Sequence[Step]:
        if isinstance(index, slice):
            return Steps(self.maker, self._target, self.works[index])
        return self._make(self.works[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # equal to any sequence of the same steps, which hash otherwise

    def __repr__(self) -> str:
        return f"Steps({[work.unit.name for work in self.works]})"

    def _make(self, work: Work) -> Step:
        made = self.maker.make(self._target, work)
        if isinstance(made, Step):
            return made
        raise AssertionError(f"{work.script.path} was fine when it was planned: {made[0].message}")


def _verify(work: Work) -> Script | None:
    return work.unit.verify if isinstance(work.unit, Migration) and work.direction is Direction.UP else None
