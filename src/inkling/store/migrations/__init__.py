"""The steps from schema to schema, by Alembic: a file a step in ``versions``, numbered, never changed once shipped."""

__all__ = ["HEAD", "VERSION_TABLE"]

#: The newest step. Whoever adds a step moves it; a test compares it with the files.
HEAD = "0006"

#: Where a database says at which step it is; its own name, so that a PostgreSQL database can be shared with others.
VERSION_TABLE = "inkling_schema"
