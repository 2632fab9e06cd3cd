"""Files to model: reading YAML with positions, diagnostics, composing layers."""
