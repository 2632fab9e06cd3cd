"""The law as values: frozen, without files and engines."""
