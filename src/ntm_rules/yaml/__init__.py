"""YAML as nodes that know their place in the file: untrusted text, safe and bounded."""
