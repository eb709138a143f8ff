"""Applications from outside of the screens: lines, files of an agent, and taking them in."""
