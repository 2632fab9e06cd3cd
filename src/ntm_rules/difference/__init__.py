"""Two rulesets by meaning: what changes, and which units it turns."""
