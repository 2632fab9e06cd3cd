"""The rules as one query of narwhals, run by the library that owns the data."""
