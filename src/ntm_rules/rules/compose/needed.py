"""How many criteria are needed as the layers leave it, and where an overlay has fewer of them do."""

from collections.abc import Iterator

from attrs import evolve, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, Severity
from ntm_rules.model import rewrite as rw
from ntm_rules.model.rulesets import Criterion, LayerKind
from ntm_rules.rules.compose.looser import Counted, Looser, compare_counted
from ntm_rules.rules.read.files import Header
from ntm_rules.rules.read.needs import AS_BEFORE, Needs
from ntm_rules.yaml.nodes import placed


@frozen
class Needing:
    """What the layers so far say of the criteria that are needed.

    Attributes:
        national: base and amendments only.
        overlays: what overlays say in place of it.
    """

    national: Needs
    overlays: Needs = AS_BEFORE

    @property
    def composed(self) -> Needs:
        """What all layers come to."""
        return self.overlays.over(self.national)

    def after(self, needs: Needs, national: bool) -> "Needing":
        """Return what holds with one more layer; of an amendment over an overlay the stricter."""
        if not national:
            return evolve(self, overlays=needs.over(self.overlays))
        k, must = self.overlays.at_least_n, self.overlays.must
        if k is not None and needs.at_least_n is not None:
            k = max(k, needs.at_least_n)
        if must is not None and needs.must is not None:
            must = tuple(dict.fromkeys((*must, *needs.must)))
        return Needing(needs.over(self.national), Needs(k, must))


def of_set(criteria: rw.Criteria, needs: Needs) -> Counted:
    """Return the criteria of a set with how many of them it needs."""
    members = {c.no: tuple(i.require for i in c.indicators) for c in criteria if c.counted}
    return Counted(needs.at_least_n, needs.among(tuple(members)), members)


def of_criterion(criterion: Criterion) -> Counted:
    """Return the indicators of a criterion with how many of them it needs."""
    members = {i.no: (i.require,) for i in criterion.indicators}
    return Counted(criterion.at_least_n, criterion.must, members)


def fewer(base: rw.Criteria, own: rw.Criteria, needs: tuple[Needs, Needs], name: str) -> dict[tuple[str, Looser], None]:
    """Return where fewer members, or others, are enough than in the base, each with the number that it is about.

    Args:
        needs: of the base, and of what is compared with it.
        name: of the set, where it is about the criteria as a whole.
    """
    found = [(no or name, looser) for no, looser in compare_counted(of_set(base, needs[0]), of_set(own, needs[1]))]
    mine = {criterion.no: criterion for criterion in own}
    for criterion in base:
        if criterion.no in mine:
            ways = compare_counted(of_criterion(criterion), of_criterion(mine[criterion.no]))
            found += [(no or criterion.no, looser) for no, looser in ways]
    return dict.fromkeys(found)


def told(found: dict[tuple[str, Looser], None], header: Header) -> Iterator[Diagnostic]:
    """Yield what an overlay made looser, at the place where its file says how many criteria it needs."""
    at = header.place(*(key for key in ("at_least_n", "must") if header.root.get(key) is not None))
    for no, looser in found if header.kind is not LayerKind.AMENDMENT else ():
        code = "layer.looser/official" if looser.severity is Severity.ERROR else "layer.looser"
        yield placed(at, Message(code, no=no, what=looser.what), looser.severity, no)
