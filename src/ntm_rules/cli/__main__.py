"""``python -m ntm_rules.cli``, the same as ``ntm-rules``."""

from ntm_rules.cli import main

main()
