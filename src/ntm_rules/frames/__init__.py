"""Many units at once: frames in memory, lazy frames, databases and files."""
