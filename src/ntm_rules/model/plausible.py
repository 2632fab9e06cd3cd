"""What figures usually are: no law, and nothing rests on it but warnings."""

from decimal import Decimal

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.model.text import Text


@public("law")
@frozen
class Plausible:
    """Between what a figure usually lies, in the unit of its fact.

    Attributes:
        author: who thinks so.
        reason: why.
        per: the fact of which there are so many for each; None where the figure itself is meant.
    """

    fact: str
    low: Decimal
    high: Decimal
    author: str
    reason: Text
    per: str | None = None
