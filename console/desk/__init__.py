"""The desk: what the screens ask, answered from the terminal's memory."""
