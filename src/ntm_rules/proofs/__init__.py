"""What holds of a ruleset for all facts, proved with z3 (extra `verify`)."""
