"""The layers in force to one ruleset: operations, what an overlay may not loosen, grades."""
