"""What must hold for rulesets, and what changes from one to the next: proofs, coverage, difference by meaning."""
