"""People's tables to facts: CSV, JSON, Excel and Parquet, one row a unit."""
