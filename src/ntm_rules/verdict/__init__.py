"""One unit: its facts checked and compared, the verdict explained."""
