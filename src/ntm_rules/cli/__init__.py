"""The command line: one thin module a command, over the same front door that other programs use."""

import sys
import traceback

from ntm_rules.cli.exit_codes import BAD_INPUT, FAULT
from ntm_rules.messages.printable import printable


def main() -> None:
    """Run ``ntm-rules``; one sentence where the extra ``cli`` is not installed, a code of its own for a traceback."""
    try:
        import click  # noqa: F401
        import rich  # noqa: F401
    except ImportError:
        sys.stderr.write('the command line needs click and rich: pip install "ntm-rules[cli]"\n')
        sys.exit(BAD_INPUT)
    try:
        from ntm_rules.cli.app import run

        run()
    except Exception:
        sys.stderr.write(printable(traceback.format_exc()))
        sys.exit(FAULT)
