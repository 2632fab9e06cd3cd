"""What a caller asks of a frame, whatever library the frame is of."""

from collections.abc import Iterable, Sequence

from attrs import frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.arguments import ON_BAD, named, need

SHAPES = ("wide", "long")


@frozen
class Question:
    """What a caller asks of a frame.

    Attributes:
        shape: ``wide``, one row a unit, or ``long``, one row for each unit and indicator.
        unit_column: the column that names the unit.
        keep: columns that pass through.
        on_bad: ``raise`` or ``mark``; None is ``raise`` in memory, ``mark`` elsewhere.
        judged: True for the second reading where there are no judgements either.
    """

    shape: str
    unit_column: str | None
    keep: Sequence[str]
    on_bad: str | None = None
    judged: bool = False

    def __attrs_post_init__(self) -> None:
        """Check what is one of a few texts.

        Raises:
            BadArgument: it is another text.
        """
        need("unit_column", self.unit_column, str | None)
        need("keep", self.keep, Iterable)
        for name in self.keep:
            need("keep", name, str)
        named("shape", self.shape, SHAPES)
        need("judged", self.judged, bool)
        if self.judged and self.shape == "long":
            raise BadArgument(Message("argument.judged_wide/asked"))
        if self.on_bad is not None:
            named("on_bad", self.on_bad, ON_BAD)

    def check_lazy(self) -> None:
        """Check what a lazy frame cannot do.

        Raises:
            BadArgument: ``on_bad="raise"``, or the long shape without a unit.
        """
        if self.on_bad == "raise":
            raise BadArgument(Message("argument.lazy_mark"))
        if self.shape == "long" and self.unit_column is None:
            raise BadArgument(Message("argument.lazy_unit"))
