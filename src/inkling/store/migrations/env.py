"""Run by Alembic: takes the steps on the connection that it is handed, within that connection's transaction."""

from alembic import context

from inkling.store.migrations import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
