"""Sets that test a finding: whether it suffices for recognition, and whether recognition is to be withdrawn."""

import typing
from collections.abc import Mapping, Sequence

from ntm_rules.levels.shares import Taken, assess_taken, counted
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, RulesetError, UnknownName
from ntm_rules.model.aggregates import CriteriaNotMet, Satisfied, TierTested, UnitsThat, ValueOf
from ntm_rules.model.arguments import need
from ntm_rules.model.facts import Fact
from ntm_rules.model.judgements import Judgements
from ntm_rules.model.outcomes import Outcome, negation_of
from ntm_rules.model.results import Facts, FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.verdict.verdict import Judged, Verdict


def assess_finding(
    ruleset: Ruleset,
    finding: Verdict,
    facts: Facts | None = None,
    *,
    tier: str | None = None,
    judgements: Judgements | None = None,
) -> Verdict:
    """Return the finding on a finding: may the unit be recognised, is its recognition to be withdrawn.

    Criteria are counted exactly: 6 of 19 are 30 %, 5 are not; those undetermined may still go either way. What the
    verdict answers for `commune/withdrawal` is *met* where the conditions for withdrawal hold. It is provisional where
    the finding is.

    Args:
        ruleset: a set with ``tested_against``, e.g. ``commune/recognition`` or ``commune/withdrawal``.
        finding: the verdict that is tested.
        facts: what the finding does not say: survey, debts, security, shares of units withdrawn.
        tier: of the recognition at stake, e.g. ``kieu-mau``; checks that the finding is on the set that it is tested
            against.
        judgements: on the set that tests, as for ``assess``; those on the finding are in the finding.

    Raises:
        UnknownName: a tier that the set does not name.
        RulesetError: the set tests no findings, or not such a one.
        FactError: bad facts.
    """
    need("ruleset", ruleset, Ruleset)
    need("finding", finding, Verdict)
    need("facts", facts, Mapping | None)
    _check(ruleset, finding, tier)
    at_stake = tier or _only_tier(ruleset, finding)
    taken = _taken(ruleset, finding, at_stake)
    judged = _taken(ruleset, finding.judged, at_stake) if finding.has_judgements else None
    return assess_taken(ruleset, facts or {}, taken, finding.unit, judged, judgements or ())


def _taken(ruleset: Ruleset, finding: Verdict | Judged, tier: str | None) -> Taken:
    """Return what the set takes from a reading."""
    settled = [2 if flag else code for code, flag in zip(finding.codes, finding.provisional_flags, strict=True)]
    return Taken(*(_facts(ruleset, finding.ruleset, tier, codes) for codes in (finding.codes, settled)))


def _only_tier(ruleset: Ruleset, finding: Verdict) -> str | None:
    """Return the tier whose recognition is at stake, where only one tier is tested against the finding's set."""
    tiers = [tier for tier, tested in ruleset.tested_against if tested == finding.ruleset.id]
    return tiers[0] if len(tiers) == 1 else None


def _facts(ruleset: Ruleset, tested: Ruleset, tier: str | None, codes: Sequence[int]) -> dict[str, FactValue]:
    """Return what the set takes from the outcomes of another set and its criteria."""
    known = {f.id: f for f in ruleset.facts}
    criteria = codes[1 : 1 + len(tested.criteria)]
    found: dict[str, FactValue] = {}
    for aggregate in ruleset.aggregates:
        fact = known.get(aggregate.fact)
        if fact is None:
            continue
        match aggregate.rule:
            case Satisfied():
                if codes[0] != Outcome.UNDETERMINED:
                    found[fact.id] = Outcome(codes[0]).satisfied
            case TierTested():
                if tier is not None:
                    found[fact.id] = tier
            case CriteriaNotMet():
                found |= counted(fact, _not_met(aggregate.rule, fact, tested, criteria))
            case UnitsThat() | ValueOf():
                continue  # from the units below: the caller gives it
            case _:
                typing.assert_never(aggregate.rule)
    return found


def _not_met(rule: CriteriaNotMet, fact: Fact, tested: Ruleset, criteria: Sequence[int]) -> list[int]:
    """For each criterion that counts the outcome of *it is not met*; what is not applicable is not failed.

    Raises:
        RulesetError: the set has no such criterion.
    """
    codes = {c.no: code for c, code in zip(tested.criteria, criteria, strict=True) if c.counted}
    wanted = dict(rule.among).get(tested.id, tuple(codes))
    unknown = [no for no in wanted if no not in codes]
    if unknown:
        found = {"ruleset": tested.id, "numbers": tuple(unknown), "fact": fact.id}
        raise RulesetError([Diagnostic.of("finding.criterion", **found)])
    return [0 if codes[no] == Outcome.NOT_APPLICABLE else negation_of(codes[no]) for no in wanted]


def _check(ruleset: Ruleset, finding: Verdict, tier: str | None) -> None:
    """Return the finding has to be on the set that is tested."""
    tested = dict(ruleset.tested_against)
    if not tested:
        raise RulesetError([Diagnostic.of("finding.ruleset/none", ruleset=ruleset.id)])
    if tier is not None and tier not in tested:
        raise UnknownName(Message("kind.tier"), tier, tested)
    wanted = tuple(dict.fromkeys(tested.values())) if tier is None else (tested[tier],)
    if finding.ruleset.id not in wanted:
        sets = {"ruleset": ruleset.id, "wanted": wanted, "found": finding.ruleset.id}
        if tier is None:
            raise RulesetError([Diagnostic.of("finding.ruleset", **sets)])
        raise RulesetError([Diagnostic.of("finding.ruleset/tier", tier=tier, **sets)])
