"""Everything that must hold for rule files: lint, evidence, proofs, allowed problems, SARIF."""
