"""The data that ships with the program: catalogue, calendars. Read as bytes by the stores, parsed by pure functions."""
