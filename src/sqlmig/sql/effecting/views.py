"""Views and materialized views, sequences, types and domains: in the way of those who read or use them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlmig.sql.definitions import NotNull
from sqlmig.sql.effecting.scene import Handler, Names, Scene, Use
from sqlmig.sql.locktable import Role
from sqlmig.sql.operations.indexes import CreateMaterializedView, CreateView, RefreshMaterializedView
from sqlmig.sql.operations.types import (
    AddDomainConstraint,
    AddEnumValue,
    AlterAttribute,
    AlterDomain,
    AlterSequence,
    Change,
    CreateCompositeType,
    CreateDomain,
    CreateEnum,
    CreateSequence,
    DropDomainConstraint,
    RenameEnumValue,
    SetDomainDefault,
    SetDomainNotNull,
    ValidateDomainConstraint,
)
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying.queries import relations_read


def create_view(scene: Scene, operation: CreateView) -> Iterator[Use]:
    """CREATE [OR REPLACE] VIEW."""
    reads = relations_read(scene.state, operation.query)
    name = scene.state.resolve_new(operation.view, temporary=operation.temporary)
    replaced = operation.or_replace and name in scene.state.views
    names: dict[Role, Names] = {Role.SOURCE: reads or ()}
    if replaced:
        names[Role.VIEW] = (name,)
    yield Use(form="replace-view" if replaced else "create-view", names=names, certain=reads is not None)


def create_materialized_view(scene: Scene, operation: CreateMaterializedView) -> Iterator[Use]:
    """CREATE MATERIALIZED VIEW."""
    reads = relations_read(scene.state, operation.query)
    form = "create-matview" if operation.with_data else "create-matview-no-data"
    yield Use(form=form, names={Role.SOURCE: reads or ()}, certain=reads is not None)


def refresh(scene: Scene, operation: RefreshMaterializedView) -> Iterator[Use]:
    """REFRESH MATERIALIZED VIEW."""
    form = "refresh-concurrently" if operation.concurrently else "refresh"
    if not operation.with_data:
        form = "refresh-no-data"
    view = scene.state.view(operation.view)
    reads = view.reads if view is not None else None
    names = {Role.MATVIEW: (scene.resolve(operation.view),), Role.SOURCE: reads or ()}
    yield Use(form=form, names=names, certain=reads is not None)


# --- sequences ---


def create_sequence(scene: Scene, operation: CreateSequence) -> Iterator[Use]:
    """CREATE SEQUENCE; only the table that it shall belong to is looked at."""
    owner = _owner(scene, operation.owned_by)
    if owner:
        yield Use(form="create-sequence-owned-by", names={Role.TABLE: owner})


def alter_sequence(scene: Scene, operation: AlterSequence) -> Iterator[Use]:
    """ALTER SEQUENCE."""
    owner = _owner(scene, operation.owned_by)
    form = "alter-sequence-restart" if operation.restart else "alter-sequence"
    names: dict[Role, Names] = {Role.SEQUENCE: (scene.resolve(operation.sequence),)}
    if owner:
        form, names[Role.TABLE] = "alter-sequence-owned-by", owner
    yield Use(form=form, names=names)


def _owner(scene: Scene, owned_by: tuple[str, ...]) -> Names:
    if len(owned_by) < 2:
        return ()
    *schema, table, _ = owned_by
    return (scene.resolve(Name(schema[-1] if schema else None, table)),)


# --- types and domains ---


def users_of_type(scene: Scene, name: Name) -> Names:
    """The tables with a column of a type, and those made of it."""
    resolved = scene.state.resolve_type(name)
    with_column = [table.name for table, _ in scene.state.columns_of_type(resolved)]
    made_of = [table.name for table in scene.state.tables.values() if table.of_type == resolved]
    return tuple(dict.fromkeys((*with_column, *made_of)))


def _domain(scene: Scene, operation: AlterDomain, form: str) -> Use:
    certain = scene.state.type(operation.domain) is not None
    return Use(form=form, names={Role.DOMAIN_USERS: users_of_type(scene, operation.domain)}, certain=certain)


def add_domain_constraint(scene: Scene, operation: AddDomainConstraint) -> Iterator[Use]:
    """ADD CONSTRAINT: all values of the domain are checked, wherever they are."""
    constraint = operation.constraint
    if isinstance(constraint, NotNull):
        yield _domain(scene, operation, "alter-domain-add-not-null")
    else:
        not_valid = getattr(constraint, "not_valid", False)
        yield _domain(scene, operation, "alter-domain-add-check-not-valid" if not_valid else "alter-domain-add-check")


def validate_domain_constraint(scene: Scene, operation: ValidateDomainConstraint) -> Iterator[Use]:
    """VALIDATE CONSTRAINT."""
    yield _domain(scene, operation, "alter-domain-validate")


def drop_domain_constraint(scene: Scene, operation: DropDomainConstraint) -> Iterator[Use]:
    """DROP CONSTRAINT."""
    yield _domain(scene, operation, "alter-domain-drop-constraint")


def set_domain_not_null(scene: Scene, operation: SetDomainNotNull) -> Iterator[Use]:
    """SET NOT NULL, DROP NOT NULL."""
    yield _domain(scene, operation, "alter-domain-set-not-null" if operation.not_null else "alter-domain-drop-not-null")


def set_domain_default(scene: Scene, operation: SetDomainDefault) -> Iterator[Use]:
    """SET DEFAULT, DROP DEFAULT."""
    yield _domain(scene, operation, "alter-domain-set-default")


def alter_attribute(scene: Scene, operation: AlterAttribute) -> Iterator[Use]:
    """ADD, DROP, ALTER ATTRIBUTE: with CASCADE the tables OF the type change too."""
    if operation.cascade:
        users = {Role.TYPE_USERS: users_of_type(scene, operation.type)}
        yield Use(form="alter-type-add-attribute-cascade", names=users, certain=operation.change is Change.ADD)
        return
    forms = {
        Change.ADD: "alter-type-add-attribute",
        Change.DROP: "alter-type-drop-attribute",
        Change.ALTER: "alter-type-attribute-type",
    }
    form = forms[operation.change]
    # To change an attribute's type is refused while a column has the type.
    if operation.change is Change.ALTER and not users_of_type(scene, operation.type):
        form = "alter-type-add-attribute"
    yield Use(form=form, certain=scene.state.type(operation.type) is not None)


def _nobody(form: str) -> Handler:
    """What is in nobody's way."""
    return lambda _scene, _operation: (Use(form=form),)


HANDLERS: Final[dict[type, Handler]] = {
    CreateView: create_view,
    CreateMaterializedView: create_materialized_view,
    RefreshMaterializedView: refresh,
    CreateSequence: create_sequence,
    AlterSequence: alter_sequence,
    AddDomainConstraint: add_domain_constraint,
    ValidateDomainConstraint: validate_domain_constraint,
    DropDomainConstraint: drop_domain_constraint,
    SetDomainNotNull: set_domain_not_null,
    SetDomainDefault: set_domain_default,
    AlterAttribute: alter_attribute,
    CreateEnum: _nobody("create-type"),
    CreateCompositeType: _nobody("create-type"),
    CreateDomain: _nobody("create-type"),
    AddEnumValue: _nobody("add-enum-value"),
    RenameEnumValue: _nobody("rename-enum-value"),
}
