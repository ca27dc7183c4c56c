"""Operations on schemas, extensions, roles and privileges."""

from __future__ import annotations

from sqlmig.sql.definitions import Option, Setting
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record


class CreateSchema(Operation):
    """CREATE SCHEMA; what it makes inside of the schema follows as operations of their own."""

    schema: str
    """With AUTHORIZATION alone, the role's name."""
    authorization: str | None = None
    if_not_exists: bool = False


class DropSchema(Operation):
    """DROP SCHEMA of one schema."""

    schema: str
    if_exists: bool = False
    cascade: bool = False


class CreateExtension(Operation):
    """CREATE EXTENSION."""

    extension: str
    schema: str | None = None
    if_not_exists: bool = False
    cascade: bool = False


class CreateRole(Operation):
    """CREATE ROLE, USER, GROUP; options in lower case: "login", "bypassrls", "nosuperuser". No password is kept."""

    role: str
    options: tuple[str, ...] = ()


class AlterRole(Operation):
    """ALTER ROLE, USER, GROUP with options."""

    role: str
    options: tuple[str, ...] = ()


class AlterRoleSetting(Operation):
    """ALTER ROLE ... [IN DATABASE ...] SET or RESET; the role is None for ALL."""

    role: str | None
    setting: Setting
    database: str | None = None


class AlterDatabaseSetting(Operation):
    """ALTER DATABASE ... SET or RESET."""

    database: str
    setting: Setting


class AlterSystem(Operation):
    """ALTER SYSTEM SET or RESET."""

    setting: Setting


class Privilege(Record):
    """One privilege, in lower case; ALL is "all"."""

    name: str
    columns: tuple[str, ...] = ()


class Grant(Operation):
    """GRANT or REVOKE of privileges on objects."""

    revoke: bool = False
    privileges: tuple[Privilege, ...]
    kind: Kind
    objects: tuple[Name, ...]
    """Empty with `all_in_schemas`; of SCHEMA, DATABASE, ... plain names."""
    all_in_schemas: tuple[str, ...] = ()
    roles: tuple[str, ...]
    grant_option: bool = False
    """WITH GRANT OPTION; of REVOKE, GRANT OPTION FOR."""
    cascade: bool = False


class GrantRole(Operation):
    """GRANT role TO role, REVOKE role FROM role."""

    revoke: bool = False
    granted: tuple[str, ...]
    roles: tuple[str, ...]
    options: tuple[Option, ...] = ()
    """`WITH ADMIN OPTION, INHERIT TRUE`; of REVOKE the one option, as in ADMIN OPTION FOR, that is taken away alone."""
    cascade: bool = False


class AlterDefaultPrivileges(Operation):
    """ALTER DEFAULT PRIVILEGES."""

    schemas: tuple[str, ...] = ()
    for_roles: tuple[str, ...] = ()
    grant: Grant
    """With no objects; its kind says of what: TABLE, SEQUENCE, FUNCTION, TYPE, SCHEMA."""


class DropOwned(Operation):
    """DROP OWNED BY."""

    roles: tuple[str, ...]
    cascade: bool = False


class ReassignOwned(Operation):
    """REASSIGN OWNED BY roles TO role."""

    roles: tuple[str, ...]
    new: str
