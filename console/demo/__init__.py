"""The demo: a hall in one folder, its people, its stories and its day in fast motion."""
