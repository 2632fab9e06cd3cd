"""Live sessions on durable_rules (extra `live`)."""
