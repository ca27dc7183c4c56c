"""Constraints: made with a table or a column, ADD, VALIDATE, ALTER, RENAME, DROP CONSTRAINT."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlmig.sql.definitions import Check, Constraint, Exclude, ForeignKey, NotNull, Unique
from sqlmig.sql.operations.tables import (
    AddConstraint,
    AlterConstraint,
    DropConstraint,
    RenameConstraint,
    ValidateConstraint,
)
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying import indexes, removal
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.replaying.making import family, make_not_null, with_column
from sqlmig.sql.replaying.renaming import rename_relations
from sqlmig.sql.schema.naming import joined_columns
from sqlmig.sql.schema.reads import columns_read, renamed
from sqlmig.sql.schema.tables import Table, TableConstraint

# --- making ---


def add_in_order(draft: Draft, table: Name, written: Iterable[Constraint]) -> None:
    """Add the constraints of a new table or column in PostgreSQL's order, which decides on names that collide."""
    constraints = sorted(written, key=lambda constraint: constraint.at)
    for constraint in constraints:
        if isinstance(constraint, Check):
            add(draft, table, constraint)
    for unique in _without_duplicates([found for found in constraints if isinstance(found, Unique)]):
        add(draft, table, unique)
    for constraint in constraints:
        if isinstance(constraint, Exclude | ForeignKey | NotNull):
            add(draft, table, constraint)


def _without_duplicates(constraints: Sequence[Unique]) -> list[Unique]:
    """The primary key first; one that says the same as another is the same index, by the name that is given."""
    kept: list[Unique] = []
    for constraint in sorted(constraints, key=lambda constraint: not constraint.primary):
        same = next((at for at, other in enumerate(kept) if _is_same_index(other, constraint)), None)
        if same is None:
            kept.append(constraint)
        elif kept[same].name is None:
            kept[same] = kept[same].replaced(name=constraint.name)
    return kept


def _is_same_index(one: Unique, other: Unique) -> bool:
    return one.replaced(name=None, primary=False) == other.replaced(name=None, primary=False)


def add(draft: Draft, owner: Name, constraint: Constraint, *, only: bool = False) -> None:
    """Add a constraint to a table, and to its partitions and heirs as far as they take part."""
    table = draft.state.tables.get(owner)
    if table is None:
        return
    match constraint:
        case NotNull():
            tables = [table] if only or constraint.no_inherit else [table, *draft.state.descendants_of(owner)]
            valid = not constraint.not_valid
            make_not_null(draft, tables, [constraint.column], name=constraint.name, valid=valid)
        case Check():
            _add_check(draft, table, constraint, only=only)
        case Unique():
            _add_unique(draft, table, constraint, only=only)
        case ForeignKey():
            _add_foreign_key(draft, table, constraint)
        case Exclude():
            elements, where = constraint.elements, constraint.where
            index = indexes.make(
                draft,
                table.name,
                indexes.Shape(elements=elements, method=constraint.method or "btree", where=where, label="excl"),
                name=constraint.name,
            )
            put(draft, table.name, constraint.replaced(name=index.name.name))


def put(draft: Draft, owner: Name, definition: Constraint, *, inherited: bool = False, valid: bool = True) -> None:
    """Put a constraint that has its name into a table."""
    enforced = getattr(definition, "enforced", True)
    constraint = TableConstraint(
        name=definition.name or "",
        definition=definition,
        valid=valid and enforced,
        enforced=enforced,
        inherited=inherited,
        made_by=draft.origin,
    )
    table = draft.state.tables[owner]
    others = tuple(other for other in table.constraints if other.name != constraint.name)
    draft.put_table(table.replaced(constraints=(*others, constraint)))
    draft.has_constraint(owner, constraint.name)


def _add_check(draft: Draft, table: Table, constraint: Check, *, only: bool) -> None:
    read = columns_read(constraint.expression, (column.name for column in table.columns))
    second = read[0] if len(read) == 1 else None
    name = constraint.name or draft.constraint_name(table.name, second, "check")
    named = constraint.replaced(name=name)
    put(draft, table.name, named, valid=not constraint.not_valid)
    if constraint.no_inherit or only:
        return
    for child in draft.state.descendants_of(table.name):
        known = child.constraint(name)
        if known is None:
            put(draft, child.name, named, inherited=True, valid=not constraint.not_valid)


def _add_unique(draft: Draft, table: Table, constraint: Unique, *, only: bool) -> None:
    if constraint.using_index is not None:
        _use_index(draft, table, constraint)
        return
    if constraint.primary:
        tables = [table] if only else [table, *draft.state.descendants_of(table.name)]
        make_not_null(draft, tables, constraint.columns)
    index = indexes.make(draft, table.name, indexes.shape_of(constraint), name=constraint.name, only=only)
    named = constraint.replaced(name=index.name.name)
    put(draft, table.name, named)
    if not only:
        indexes.spread(draft, index)


def _use_index(draft: Draft, table: Table, constraint: Unique) -> None:
    """UNIQUE and PRIMARY KEY USING INDEX: the index gets the constraint's name, the constraint its columns."""
    name = Name(table.name.schema, constraint.using_index or "")
    index = draft.state.indexes.get(name)
    renamed = Name(name.schema, constraint.name or name.name)
    columns: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    if index is not None:
        columns = tuple(column for column in index.columns if column is not None)
        include = index.include
        draft.put_index(index.replaced(constraint=renamed.name, primary=constraint.primary))
        rename_relations(draft, {name: renamed})
    if constraint.primary:
        make_not_null(draft, [table], columns)
    put(draft, table.name, constraint.replaced(name=renamed.name, columns=columns, include=include, using_index=None))


def _add_foreign_key(draft: Draft, table: Table, constraint: ForeignKey) -> None:
    references = draft.state.resolve(constraint.references)
    referenced = constraint.referenced_columns
    target = draft.state.tables.get(references)
    if not referenced and target is not None and target.primary_key is not None:
        referenced = target.primary_key.columns
    resolved = constraint.replaced(references=references, referenced_columns=referenced)
    addition = joined_columns(constraint.columns)
    name = constraint.name or draft.constraint_name(table.name, addition, "fkey")
    for each in (table, *draft.state.partition_tree_of(table.name)):
        taken = each is not table and each.constraint(name) is not None
        own = draft.constraint_name(each.name, addition, "fkey") if taken else name
        put(
            draft,
            each.name,
            resolved.replaced(name=own),
            inherited=each is not table,
            valid=not constraint.not_valid,
        )
        draft.depends(each.name, references)


# --- ALTER TABLE ---


def add_constraint(draft: Draft, operation: AddConstraint) -> None:
    """ADD CONSTRAINT."""
    table = draft.table_to_alter(operation.table, if_exists=operation.if_exists)
    if table is not None:
        draft.put_table(table)
        add(draft, table.name, operation.constraint, only=operation.only)


def change(draft: Draft, table: Table, constraint_name: str, /, **values: object) -> None:
    """Change some fields of one constraint of a table."""
    changed = tuple(found.replaced(**values) if found.name == constraint_name else found for found in table.constraints)
    draft.put_table(table.replaced(constraints=changed))


def validate(draft: Draft, operation: ValidateConstraint) -> None:
    """VALIDATE CONSTRAINT, in the partitions and heirs too."""
    for table in family(draft, operation):
        column = next((column for column in table.columns if column.not_null_name == operation.name), None)
        if column is not None:
            draft.put_table(with_column(table, column.replaced(not_null=True)))
        else:
            change(draft, table, operation.name, valid=True)


def alter(draft: Draft, operation: AlterConstraint) -> None:
    """ALTER CONSTRAINT: deferrable or not, and from PostgreSQL 18 on enforced or not."""
    for table in family(draft, operation):
        constraint = next((found for found in table.constraints if found.name == operation.name), None)
        if constraint is None:
            continue
        definition = constraint.definition
        said = {
            "deferrable": operation.deferrable,
            "initially_deferred": operation.initially_deferred,
            "enforced": operation.enforced,
        }
        values = {field: value for field, value in said.items() if value is not None and hasattr(definition, field)}
        enforced = constraint.enforced if operation.enforced is None else operation.enforced
        valid = constraint.valid if operation.enforced is None else enforced
        change(draft, table, operation.name, definition=definition.replaced(**values), enforced=enforced, valid=valid)


def rename(draft: Draft, operation: RenameConstraint) -> None:
    """RENAME CONSTRAINT; that of an index renames the index."""
    for table in family(draft, operation):
        rename_in(draft, table, operation.name, operation.new)


def rename_in(draft: Draft, table: Table, name: str, new: str) -> None:
    """Rename a constraint of one table, and its index."""
    column = next((column for column in table.columns if column.not_null_name == name), None)
    if column is not None:
        draft.put_table(with_column(table, column.replaced(not_null_name=new)))
        return
    constraint = next((found for found in table.constraints if found.name == name), None)
    if constraint is None:
        return
    change(draft, table, name, name=new, definition=constraint.definition.replaced(name=new))
    draft.has_constraint(table.name, new)
    index = draft.state.indexes.get(Name(table.name.schema, name))
    if index is not None and index.constraint == name:
        draft.put_index(index.replaced(constraint=new))
        rename_relations(draft, {index.name: Name(table.name.schema, new)})


def drop(draft: Draft, operation: DropConstraint) -> None:
    """DROP CONSTRAINT."""
    for table in family(draft, operation):
        removal.drop_constraint(draft, table, operation.name, cascade=operation.cascade)


# --- when a column is renamed ---


def with_renamed_column(constraint: TableConstraint, name: str, new: str) -> TableConstraint:
    """A constraint after the renaming of a column of its table."""
    definition = constraint.definition
    match definition:
        case Unique():
            values = {
                "columns": _renamed(definition.columns, name, new),
                "include": _renamed(definition.include, name, new),
            }
        case ForeignKey():
            on_delete = _renamed(definition.on_delete_columns, name, new)
            values = {"columns": _renamed(definition.columns, name, new), "on_delete_columns": on_delete}
        case Exclude():
            elements = tuple(indexes.renamed_element(element, name, new) for element in definition.elements)
            inside = (definition.where, *(element.expression for element in definition.elements))
            renames = renamed(constraint.renames, name, new, *inside)
            return constraint.replaced(definition=definition.replaced(elements=elements), renames=renames)
        case Check():
            return constraint.replaced(renames=renamed(constraint.renames, name, new, definition.expression))
        case _:
            return constraint
    return constraint.replaced(definition=definition.replaced(**values))


def rename_referenced(draft: Draft, referenced: Name, name: str, new: str) -> None:
    """Rename a column in the foreign keys that point to it."""
    for table, reference in draft.state.references_to(referenced):
        definition = reference.definition
        if isinstance(definition, ForeignKey):
            columns = _renamed(definition.referenced_columns, name, new)
            current = draft.state.tables[table.name]
            change(draft, current, reference.name, definition=definition.replaced(referenced_columns=columns))


def _renamed(names: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if name == old else name for name in names)


HANDLERS: Final[dict[type, Handler]] = {
    AddConstraint: add_constraint,
    ValidateConstraint: validate,
    AlterConstraint: alter,
    RenameConstraint: rename,
    DropConstraint: drop,
}
