"""What a merged unit is recognised as, by the declared policy of its province."""

import datetime as dt
import typing
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.messages.errors import BadArgument, UnknownName
from ntm_rules.model.acts import Act, MergerPolicy, MergerRule, check_alike, recognised
from ntm_rules.model.arguments import day_of, name_of, tier_of


@public("units")
@frozen
class AfterMerger:
    """What a merged unit is recognised as.

    Attributes:
        known: False where the province has no policy, or its policy does not say it.
        tier: the ruleset id of the tier; None where it is not recognised, or not known.
        why: ``undeclared``, ``weakest``, ``restart``, ``carry-on`` or ``differs``.
        before: for each old unit its highest tier; None where it was not recognised.
        rule: the policy, with evidence and source; None where there is none.
    """

    known: bool
    tier: str | None
    why: str
    before: Mapping[str, str | None]
    rule: MergerRule | None

    def text(self, lang: str = "vi") -> str:
        """Return the reason in one sentence.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        none = say(lang, "units.after.none")
        before = "; ".join(f"{unit}: {tier or none}" for unit, tier in self.before.items())
        return say(lang, f"units.after.{self.why}", before=before)


def recognition_after_merger(
    rule: MergerRule | None,
    predecessors: Sequence[str],
    acts: Iterable[Act],
    *,
    tiers: Sequence[str],
    on: dt.date | str,
    period: str | None = None,
) -> AfterMerger:
    """Return what a unit merged from others is recognised as.

    Args:
        rule: the policy of its province: ``Library.merger_rule``; None where it has declared none.
        predecessors: the old units, as the acts name them.
        acts: recognitions and withdrawals, all there are: a unit without one counts as not recognised.
        tiers: ruleset ids from the lowest tier to the highest.
        on: the day before the merger, which picks the acts.
        period: acts that name another period do not count.

    Raises:
        BadArgument: no units are given, or an argument of another type.
        UnknownName: an act on one of the units is on a tier that is not among *tiers*.
        FactError: two acts contradict each other, or one is on what only looks like one of the units.
    """
    if not predecessors:
        raise BadArgument(Message("argument.no_units"))
    predecessors, on = [name_of(unit, "predecessors") for unit in predecessors], day_of(on, "on")
    tiers, acts = [tier_of(tier, "tiers") for tier in tiers], tuple(acts)
    check_alike(acts, predecessors)
    own = [act for act in acts if act.unit in predecessors]
    for act in own:
        if act.tier not in tiers:
            raise UnknownName(Message("kind.tier"), act.tier, tiers)
    before = {
        unit: next((tier for tier in reversed(tiers) if recognised(own, unit, tier, on, period)), None)
        for unit in predecessors
    }
    if rule is None or on < rule.start - dt.timedelta(days=1):
        return AfterMerger(False, None, "undeclared", before, rule)
    rank = {None: -1} | {tier: place for place, tier in enumerate(tiers)}
    match rule.policy:
        case MergerPolicy.WEAKEST:
            return AfterMerger(True, min(before.values(), key=lambda tier: rank[tier]), "weakest", before, rule)
        case MergerPolicy.RESTART:
            return AfterMerger(True, None, "restart", before, rule)
        case MergerPolicy.CARRY_ON:
            if len(set(before.values())) > 1:
                return AfterMerger(False, None, "differs", before, rule)
            return AfterMerger(True, before[predecessors[0]], "carry-on", before, rule)
        case _:
            typing.assert_never(rule.policy)
