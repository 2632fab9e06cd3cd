"""A computed finding beside the official acts on the unit: do they fit together."""

from collections.abc import Iterable, Iterator
from enum import Enum

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.acts import Act, ActKind, act_in_force, check_alike
from ntm_rules.model.arguments import need
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import Evaluated, LeafResult
from ntm_rules.rules.library import Library
from ntm_rules.verdict.verdict import Judged, Verdict
from ntm_rules.words.numbers import day
from ntm_rules.words.reason import words_in
from ntm_rules.words.sentences import grade_title, of_criteria, outcome_word


@public("levels")
class Agreement(Enum):
    """How a finding and the acts on a unit fit together."""

    CONSISTENT = "consistent"
    ACT_WITHOUT_FINDING = "act_without_finding"
    FINDING_WITHOUT_ACT = "finding_without_act"
    DUE_FOR_WITHDRAWAL = "due_for_withdrawal"
    OUT_OF_SCOPE = "out_of_scope"
    UNDETERMINED = "undetermined"


@public("levels")
@frozen
class Reconciliation:
    """A finding beside the acts on the unit.

    Attributes:
        agreement: how they fit together.
        finding: the verdict.
        act: the last act on the unit and tier up to the day of the verdict; None where there is none.
        withdrawal: the verdict on withdrawal, where it was handed in.
        level: what the unit is now, where it is no longer of the level that the set judges.
        others: the other acts on the unit, in the order given.
    """

    agreement: Agreement
    finding: Verdict
    act: Act | None = None
    withdrawal: Verdict | None = field(default=None, repr=False)
    level: str | None = None
    others: tuple[Act, ...] = field(default=(), repr=False)

    @property
    def recognised(self) -> bool:
        """True if the last act is a recognition."""
        return self.act is not None and self.act.kind is ActKind.RECOGNISED

    def text(self, lang: str = "vi") -> str:
        """Return the reason in one sentence.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        return _text(self, lang)


def reconcile(
    finding: Verdict,
    acts: Iterable[Act],
    *,
    withdrawal: Verdict | None = None,
    level: str | None = None,
    library: Library | None = None,
) -> Reconciliation:
    """Whether the finding and the acts on its unit fit together, and if not, in which way.

    An act holds until another takes it back: a recognised unit that no longer meets its set is not unrecognised, it
    is one to look at, and one to withdraw only where the conditions of withdrawal hold. Those are a finding of their
    own: hand in ``assess_finding(library.compose("commune/withdrawal", ...), ...)``.

    Args:
        finding: the verdict on the tier's set; its unit, tier, period and day pick the act.
        acts: recognitions and withdrawals, of any unit and tier.
        withdrawal: the verdict of the set for withdrawal; without it *due for withdrawal* is never the answer.
        level: what the unit is on that day, e.g. ``ward``; the same as what the set judges unless given.
        library: knows which tiers there are; then an act on another is refused.

    Raises:
        FactError: two acts contradict each other, or one is on a unit whose name only looks like that of the finding.
        UnknownName: an act on a tier that the library does not have.
        BadArgument: there are acts, and the finding does not name its unit.
    """
    need("finding", finding, Verdict)
    need("acts", acts, Iterable)
    need("level", level, str | None)
    ruleset, unit, acts = finding.ruleset, finding.unit, tuple(acts)
    for each in acts:
        need("acts", each, Act)
    if acts and unit is None:
        raise BadArgument(Message("argument.no_unit"))
    check_alike(acts, [] if unit is None else [unit])
    if library is not None:
        for tier in dict.fromkeys(each.tier for each in acts):
            library.known_tier(tier)
    act = None if unit is None else act_in_force(acts, unit, ruleset.id, ruleset.on, ruleset.period)
    others = tuple(a for a in acts if a.unit == unit and a is not act)

    def found(agreement: Agreement) -> Reconciliation:
        away = level if agreement is Agreement.OUT_OF_SCOPE else None
        return Reconciliation(agreement, finding, act, withdrawal, away, others)

    if level is not None and level != ruleset.judges:
        return found(Agreement.OUT_OF_SCOPE)
    is_recognised = act is not None and act.kind is ActKind.RECOGNISED
    if is_recognised and withdrawal is not None and withdrawal.outcome is Outcome.MET:
        return found(Agreement.DUE_FOR_WITHDRAWAL)
    if finding.outcome is Outcome.UNDETERMINED:
        return found(Agreement.UNDETERMINED)
    if finding.outcome.satisfied == is_recognised:
        return found(Agreement.CONSISTENT)
    return found(Agreement.ACT_WITHOUT_FINDING if is_recognised else Agreement.FINDING_WITHOUT_ACT)


def _text(found: Reconciliation, lang: str) -> str:
    """How they fit together, then the act, the finding and what the test for withdrawal says.

    Raises:
        UnknownName: another language than ``vi`` or ``en``.
    """
    finding = found.finding
    level = say(lang, f"levels.level.{found.level}") if found.level is not None else ""
    parts = [
        say(lang, f"levels.agreement.{found.agreement.value}", level=level),
        _no_act(found, lang) if found.act is None else _act(found.act, lang),
        say(lang, "levels.finding", outcome=_outcome(finding, lang), counts=of_criteria(lang, finding)),
    ]
    if finding.has_judgements:
        judged = finding.judged
        counts = of_criteria(lang, judged)
        parts.append(say(lang, "levels.judged", outcome=_outcome(judged, lang), counts=counts))
    withdrawal = found.withdrawal
    if found.recognised and withdrawal is not None and not finding.outcome.satisfied:
        parts += _of_withdrawal(withdrawal, lang)
    provisional = finding.provisional or (withdrawal is not None and withdrawal.provisional)
    return "; ".join(parts) + (f" ({say(lang, 'words.provisional')})" if provisional else "")


def _no_act(found: Reconciliation, lang: str) -> str:
    """Say that no act counts; and what the acts on the unit are on, for a tier may be written wrongly."""
    if not found.others:
        return say(lang, "levels.no_act")
    acts = tuple(f"{act.tier} ({day(act.date, lang)})" for act in found.others)
    return say(lang, "levels.no_act/others", tier=found.finding.ruleset.id, acts=acts)


def _of_withdrawal(finding: Verdict, lang: str) -> Iterator[str]:
    """Yield what makes a unit one to withdraw; or that nothing does, or that it is not known."""
    if finding.outcome is Outcome.MET:
        said = words_in(lang, finding.ruleset.fact_by_id, met_means=finding.ruleset.met_means)
        met = (i.tree for i in finding.indicators.values() if i.outcome is Outcome.MET)
        yield from (said.member(leaf) for tree in met for leaf in _because(tree))
    else:
        undetermined = finding.outcome is Outcome.UNDETERMINED
        yield say(lang, "levels.withdrawal_undetermined" if undetermined else "levels.withdrawal_not_met")


def _outcome(finding: Verdict | Judged, lang: str) -> str:
    """Return the outcome with the grade that was reached."""
    word, grade = outcome_word(lang, finding.outcome, finding.ruleset.met_means), finding.grade
    return word if grade is None else f"{word}, {grade_title(lang, grade)}"


def _because(tree: Evaluated) -> Iterator[LeafResult]:
    """Yield the comparisons that make a condition met; of `any` those of the first member that does."""
    if isinstance(tree, LeafResult):
        yield tree
        return
    met = [m for m in tree.members if m.outcome is Outcome.MET]
    for member in met if tree.kind == "all" else met[:1]:
        yield from _because(member)


def _act(act: Act, lang: str) -> str:
    by = say(lang, "levels.by", number=act.instrument.number) if act.instrument is not None else ""
    return say(lang, f"levels.act.{act.kind.value}", by=by, date=day(act.date, lang))
