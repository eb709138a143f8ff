"""The terminal's memory: SQLite schema, migrations, the append-only facts, projections, search and backup."""
