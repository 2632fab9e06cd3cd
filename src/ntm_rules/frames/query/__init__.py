"""The rules as one query, run by the library or the database that owns the data."""
