"""What a run of the linter came to, with the paths that its readers need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlmig.errors import Place, Problem
from sqlmig.lint.values import Finding, LintResult

if TYPE_CHECKING:
    from sqlmig.lint.fix import TemplateFix


@dataclass(frozen=True)
class LintReport:
    """One run of the linter."""

    result: LintResult
    problems: tuple[Problem, ...] = ()
    """What could not be read."""
    files: tuple[str, ...] = ()
    """The paths that were judged, clean ones too."""
    fixes: Mapping[Finding, TemplateFix] = field(default_factory=dict)
    """The findings that `--fix` settles, each with what it would change."""

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """The accepted ones too, in the order of the text."""
        return tuple(sorted((*self.result.findings, *self.result.accepted), key=_order))

    def with_paths(self, shown: Callable[[str], str]) -> LintReport:
        """The same with other paths.

        Args:
            shown: what becomes of each path.
        """
        new = {finding: _with_paths(finding, shown) for finding in (*self.result.findings, *self.result.accepted)}
        return LintReport(
            _result(self.result, new),
            tuple(replace(one, place=_place(one.place, shown)) if one.place else one for one in self.problems),
            tuple(map(shown, self.files)),
            {new[finding]: replace(fix, path=shown(fix.path)) for finding, fix in self.fixes.items()},
        )

    def in_files(self, without: Collection[str]) -> LintReport:
        """The same for readers who open each file: what stands where there is none is said of the script itself.

        Args:
            without: places that are no file of the project, such as the macros that come with sqlmig.
        """
        new = {
            finding: replace(finding, place=Place(finding.script), message=f"{finding.place}: {finding.message}")
            if finding.place.file in without
            else finding
            for finding in (*self.result.findings, *self.result.accepted)
        }
        fixes = {new[finding]: fix for finding, fix in self.fixes.items()}
        return replace(self, result=_result(self.result, new), fixes=fixes)


def _result(result: LintResult, new: Mapping[Finding, Finding]) -> LintResult:
    findings, accepted = (tuple(new[one] for one in group) for group in (result.findings, result.accepted))
    return replace(result, findings=findings, accepted=accepted)


def _with_paths(finding: Finding, shown: Callable[[str], str]) -> Finding:
    return replace(finding, place=_place(finding.place, shown), script=shown(finding.script))


def _place(place: Place, shown: Callable[[str], str]) -> Place:
    return replace(place, file=shown(place.file))


def _order(finding: Finding) -> tuple[str, int, int, int]:
    place = finding.place
    return place.file, place.line or 0, place.column or 0, -finding.severity.rank
