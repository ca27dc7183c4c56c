"""Views and materialized views."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.indexes import CreateMaterializedView, CreateView, RefreshMaterializedView
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.replaying.queries import output_columns, relations_read
from sqlmig.sql.schema.objects import View


def create_view(draft: Draft, operation: CreateView) -> None:
    """CREATE [OR REPLACE] VIEW. A view that is replaced has the new options only."""
    name = draft.state.resolve_new(operation.view, temporary=operation.temporary)
    draft.put_view(
        View(
            name=name,
            query=operation.query,
            columns=output_columns(draft.state, operation.query, operation.columns),
            reads=relations_read(draft.state, operation.query),
            options=operation.options,
            check_option=operation.check_option,
            temporary=operation.temporary,
            made_by=draft.origin,
        )
    )


def create_materialized_view(draft: Draft, operation: CreateMaterializedView) -> None:
    """CREATE MATERIALIZED VIEW."""
    name = draft.state.resolve_new(operation.view)
    if operation.if_not_exists and draft.state.relation(name) is not None:
        return
    draft.put_view(
        View(
            name=name,
            kind=Kind.MATERIALIZED_VIEW,
            query=operation.query,
            columns=output_columns(draft.state, operation.query, operation.columns),
            reads=relations_read(draft.state, operation.query),
            options=operation.options,
            populated=operation.with_data,
            made_by=draft.origin,
        )
    )


def refresh(draft: Draft, operation: RefreshMaterializedView) -> None:
    """REFRESH MATERIALIZED VIEW."""
    view = draft.state.view(operation.view)
    if view is not None:
        draft.put_view(view.replaced(populated=operation.with_data))


HANDLERS: Final[dict[type, Handler]] = {
    CreateView: create_view,
    CreateMaterializedView: create_materialized_view,
    RefreshMaterializedView: refresh,
}
