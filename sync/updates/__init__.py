"""New versions at a terminal: asked for, proven, staged beside the running one, tried, kept or left (updates.md)."""
