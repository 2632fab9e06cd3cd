"""(ruleset, facts) to outcomes."""
