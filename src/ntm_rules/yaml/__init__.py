"""YAML as nodes that know where they stand: untrusted text, safe and bounded."""
