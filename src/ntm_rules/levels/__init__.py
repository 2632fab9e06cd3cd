"""Units above units: hierarchies, shares, findings on findings, and acts beside findings."""
