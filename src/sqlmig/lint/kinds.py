"""What the linter judges of files that only one kind of tenants gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlmig.project.load import KIND, ProjectFiles
from sqlmig.project.model import Script, Tenant, Track
from sqlmig.project.samples import Sample


def kinds_to_judge(
    files: ProjectFiles, samples: Callable[[Track], tuple[Sample, ...]], judged: Callable[[str], bool]
) -> Iterator[tuple[Sample, frozenset[str]]]:
    """For each kind with files of its own that no sample is of: one that is, and the files that are to be judged.

    Args:
        files: the project.
        samples: the targets that a track is rendered for.
        judged: whether a file, by its path, is to be judged.
    """
    for kind in files.of_kinds:
        track = files.whole_of_kind(kind)
        plain = samples(track)
        if any(files.variant(track.name, sample.tenant) == kind for sample in plain):
            continue
        paths = frozenset(script.path for script in _scripts(files.of_kinds[kind]) if judged(script.path))
        if paths and plain and plain[0].tenant is not None:
            yield replace(plain[0], tenant=_of_kind(files, plain[0].tenant, kind)), paths


def _of_kind(files: ProjectFiles, tenant: Tenant, kind: str) -> Tenant:
    return replace(tenant, row={**tenant.row, files.config.lifecycle.template_column or KIND: kind})


def _scripts(part: Track) -> Iterator[Script]:
    for repeatable in part.repeatables:
        yield from (script for script in (repeatable.script, repeatable.down) if script is not None)
