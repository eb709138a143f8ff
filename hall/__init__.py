"""The central server: one log with one order, the judgement of every fact, and the HTTP interface of it."""
