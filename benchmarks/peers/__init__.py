"""The same figures by other means: SQL of DuckDB, expressions of Polars, frames of pandas.

Each module is one script that imports nothing of the project, so that it runs in any interpreter
that has its library: `python benchmarks/peers/duckdb_sql.py FOLDER` reads the exports that
`benchmarks.generate` writes and prints one JSON object, rule → [numerator, denominator]. They are
what a careful analyst would write for files known to be whole: nothing is checked, nothing is
unknown, no row is accounted for. `benchmarks.figures` compares what they print with the audit.
"""
