"""Rule files to values of the model, file by file: every problem is noted, none stops the rest."""
