"""How many criteria or indicators a file asks for, and which have to be met among these."""

from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map


@frozen
class Needs:
    """What a file says of ``at_least_n`` and ``must``; None for what it leaves as it was."""

    at_least_n: int | None = None
    must: tuple[str, ...] | None = None

    def over(self, below: "Needs") -> "Needs":
        """Return what holds after the file, given what held before."""
        k = below.at_least_n if self.at_least_n is None else self.at_least_n
        return Needs(k, below.must if self.must is None else self.must)

    def among(self, numbers: Sequence[str]) -> tuple[str, ...]:
        """Return those that have to be met, in printed order; what is not there any more does not have to."""
        return tuple(no for no in numbers if no in (self.must or ()))


AS_BEFORE = Needs()
"""Of a file that says nothing of it."""


def read_needs(found: Map, reader: Reader) -> Needs:
    """Return what a criterion, a set, a layer or a grade says of the members that are needed."""
    k = reader.integer(found.get("at_least_n"), "`at_least_n`")
    node = found.get("must")
    if node is None:
        return Needs(k)
    numbers = [reader.text(item, Message("what.number")) for item in reader.items(node, "`must`")]
    for no, times in Counter(numbers).items():
        if times > 1:
            reader.error("must.twice", node.at, no=no)
    return Needs(k, tuple(numbers))


def check_names(found: Map, needs: Needs, kind: Message, numbers: Sequence[str], reader: Reader) -> None:
    """Note what ``must`` names and none of the members has as its number; *kind* is that of the members."""
    node = found.get("must")
    for no in needs.must or ():
        if node is not None and no and no not in numbers:
            reader.unknown("must.unknown", node.at, kind, no, numbers)


def misfits(k: int | None, must: Sequence[str], count: int, what: Message) -> Iterator[Message]:
    """Yield what is wrong with the members that are needed of *count*: there are too few, or more have to be met."""
    if k is not None and k > count:
        yield Message("condition.k", k=k, n=count, what=what)
    if k is None and must:
        yield Message("must.alone", what=what)
    if k is not None and k < len(must):
        yield Message("must.more", k=k, count=len(must), what=what)
