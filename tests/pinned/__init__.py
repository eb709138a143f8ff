"""What the rules say of stored facts, pinned: windows of two versions stand side by side in one hall (S32).

A room is a module with `HISTORIES`: by name, what makes the lines that are kept under `tests/data/pinned`.
`python -m tests.pinned --keep` writes them anew.
"""
