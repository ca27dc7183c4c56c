"""How bad a lock is: what it blocks, for how long, on what, and how many times."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlmig.lint.settings import Settings
from sqlmig.lint.values import Severity
from sqlmig.project.model import Scope
from sqlmig.sql.locktable import LockMode
from sqlmig.sql.reader import Name

if TYPE_CHECKING:
    from sqlmig.sql.effects import Effect

MANY = 10
"""From this many tenants on, a lock on one table that each of them takes in turn counts as more than a moment."""


def severity_of(
    effect: Effect, is_new: Callable[[Name], bool], settings: Settings, *, shared: Callable[[Name], bool], scope: Scope
) -> Severity | None:
    """The worst of the locks that an operation takes on existing tables; None when nobody is kept waiting.

    | blocks | with a scan or rewrite | for a moment |
    |---|---|---|
    | reads or writes | error | warning |
    | other schema changes | info | nothing |

    A small table is one step milder. A table that all tenants share, locked by each of many tenants, is one step worse.
    """
    worst: Severity | None = None
    for name, mode in effect.locks.items():
        if is_new(name):
            continue
        found = _of_one(mode, long=name in effect.rewrites or name in effect.scans)
        if found is None:
            continue
        if settings.is_small(name):
            found = _STEPS[max(found.rank - 1, 0)]
        if scope is Scope.TENANT and shared(name) and settings.lint.tenants >= MANY:
            found = _STEPS[min(found.rank + 1, len(_STEPS) - 1)]
        if worst is None or found.rank > worst.rank:
            worst = found
    return worst


_STEPS = list(Severity)


def _of_one(mode: LockMode, *, long: bool) -> Severity | None:
    if mode >= LockMode.SHARE:
        return Severity.ERROR if long else Severity.WARNING
    if mode == LockMode.SHARE_UPDATE_EXCLUSIVE and long:
        return Severity.INFO
    return None
