"""The line to the hall: the loop, the transport, back-off and signatures. It meets the store at a Protocol."""
