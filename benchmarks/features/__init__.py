"""What features cost beside pandas, polars and DuckDB, on the same rows and with equal results: goals P1, P2 and P11."""
