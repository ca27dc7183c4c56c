"""The section `doctor` of the configuration, as values."""

from dataclasses import dataclass
from typing import Annotated, Literal

from sqlmig.project.config.keys import Key, Listed
from sqlmig.project.config.kinds import TEXT, choice, whole


@dataclass(frozen=True, slots=True)
class DoctorIgnore:
    """Findings of the doctor that the project accepts."""

    check: Annotated[str, Key(TEXT, "The id of the check whose findings are accepted.")]
    reason: Annotated[str, Key(TEXT, "Why that is right; reports repeat it.")]
    object: Annotated[
        str, Key(TEXT, "Which objects it accepts: a name such as `tenant_acme.notes`, or a pattern with `*` and `?`.")
    ] = "*"


@dataclass(frozen=True, slots=True)
class DoctorConfig:
    """What the doctor goes by."""

    fail_on: Annotated[
        Literal["error", "warning", "note"],
        Key(choice("error", "warning", "note"), "The mildest finding that makes `sqlmig doctor` exit with status 1."),
    ] = "error"
    ignore: Annotated[
        tuple[DoctorIgnore, ...],
        Key(
            Listed(DoctorIgnore, None, "a list of mappings such as {check: ID, object: PATTERN, reason: TEXT}"),
            "Findings that are accepted: listed as such, and never a reason to fail.",
        ),
    ] = ()
    probe_tenants: Annotated[
        int,
        Key(whole(2, 10_000), "How many tenants `sqlmig doctor --probe` takes as a sample to try against each other."),
    ] = 5
