"""``--on-bad``: what becomes of the cells of a file that cannot be used."""

import click

from ntm_rules.messages.errors import FactError
from ntm_rules.model.arguments import ON_BAD
from ntm_rules.verdict.faults import Faults

on_bad_option = click.option(
    "--on-bad",
    type=click.Choice(ON_BAD[::-1]),
    default="mark",
    show_default=True,
    help="What cells that cannot be used lead to: nothing is known of them and they are listed, with exit code 3; or "
    "there is no result, with exit code 2.",
)


class MarkedError(FactError):
    """Facts that could not be used and were left out; everything else was written."""


def tell_marked(faults: Faults) -> None:
    """Raise what was wrong with cells, if anything, when everything else is written.

    Raises:
        MarkedError: every cell that was left out.
    """
    if faults.problems:
        raise MarkedError(faults.problems)
