"""Where a value of the configuration comes from, or why it cannot be had."""

from dataclasses import dataclass
from enum import Enum

from sqlmig.errors import Place, Problem


class Origin(Enum):
    """What gave a value."""

    OPTION = "option"
    PROCESS_VARIABLE = "process variable"
    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from."""

    origin: Origin
    name: str | None = None
    """The option, the process variable, or the environment of the file."""
    place: Place | None = None
    variables: tuple[str, ...] = ()
    """The process variables that `${...}` in the value named."""

    def __str__(self) -> str:
        if self.place is None:
            return {Origin.OPTION: f"option {self.name}", Origin.DEFAULT: "default"}.get(self.origin, f"{self.name}")
        line = f"{self.place.file}:{self.place.line}"
        parts = [f"environment {self.name} ({line})" if self.name else line]
        parts += [f"variable ${{{variable}}}" for variable in self.variables]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Unset:
    """A value that cannot be had, and is not missed before somebody needs it."""

    problems: tuple[Problem, ...]
