"""What goes wrong, as data first and words second; knows nothing of the law."""
