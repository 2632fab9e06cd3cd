"""The command line: one thin module a command, over the same front door that other programs use."""

import sys


def main() -> None:
    """Run ``ntm-rules``; one sentence and exit code 2 where the extra ``cli`` is not installed."""
    try:
        import click  # noqa: F401
        import rich  # noqa: F401
    except ImportError:
        sys.stderr.write('the command line needs click and rich: pip install "ntm-rules[cli]"\n')
        sys.exit(2)
    from ntm_rules.cli.app import run

    run()
