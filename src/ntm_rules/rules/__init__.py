"""Rule files to rulesets: reading them, composing the layers in force, and the library of them."""
