"""What the monitor has seen, in a database: SQLite unless told otherwise, PostgreSQL by URL."""
