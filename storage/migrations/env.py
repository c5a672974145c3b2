"""Run by Alembic, on the connection and in the transaction that `storage.migrate` began."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from alembic import context

from storage.schema import metadata

for module in ("storage.due", "storage.outbox"):
    import_module(module)


def _is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:  # Any: Alembic's
    """The search index is made by hand: on SQLite it is a virtual table and those that stand behind it."""
    return not (kind == "table" and name is not None and name.startswith("search"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=_is_ours,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
