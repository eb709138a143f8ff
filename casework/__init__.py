"""The trade itself, pure: catalogue, cases, routing, clocks, numbers, papers, sync rules, wire format.

Nothing in here reads a clock, draws a random number, opens a file or a socket, or starts a thread.
Terminal and hall both compute with this package, so that they can't disagree.
"""
