"""New versions at a terminal: looked for, tried, begun between two cases, told to the hall (updates.md, *Terminal*)."""
