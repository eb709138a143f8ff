"""The door: command line, composition root, the desk with a clerk's use cases, printers, settings, languages."""
