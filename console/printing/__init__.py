"""How a paper leaves the machine: PDF, SVG, till printer bytes, and the printers that take them."""
