"""A finding beside the acts on the unit, in words."""

import typing
from collections.abc import Iterator

from ntm_rules.levels.phrases import say
from ntm_rules.model.acts import Act
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import Evaluated, LeafResult, Verdict
from ntm_rules.words.numbers import day
from ntm_rules.words.reason import words_in
from ntm_rules.words.sentences import grade_title

if typing.TYPE_CHECKING:
    from ntm_rules.levels.reconciliation import Reconciliation


def reconciliation_text(found: "Reconciliation", lang: str) -> str:
    """How they fit together, then the act, the finding and what the test for withdrawal says.

    Raises:
        UnknownName: another language than ``vi`` or ``en``.
    """
    words = words_in(lang, {})
    finding = found.finding
    level = say(lang, found.level) if found.level is not None else ""
    counts = {"met": finding.criteria_met, "total": finding.criteria_total}
    parts = [
        say(lang, found.agreement.value, level=level),
        say(lang, "no_act") if found.act is None else _act(found.act, lang),
        say(lang, "finding", outcome=_outcome(finding, lang), **counts),
    ]
    withdrawal = found.withdrawal
    if found.recognised and withdrawal is not None and not finding.outcome.satisfied:
        if withdrawal.outcome is Outcome.MET:
            said = words_in(lang, withdrawal.ruleset.fact_by_id)
            met = (i.tree for i in withdrawal.indicators.values() if i.outcome is Outcome.MET)
            parts += [said.member(leaf) for tree in met for leaf in _because(tree)]
        else:
            undetermined = withdrawal.outcome is Outcome.UNDETERMINED
            parts.append(say(lang, "withdrawal_undetermined" if undetermined else "withdrawal_not_met"))
    provisional = finding.provisional or (withdrawal is not None and withdrawal.provisional)
    return "; ".join(parts) + (f" ({words.say('provisional')})" if provisional else "")


def _outcome(finding: Verdict, lang: str) -> str:
    """The outcome with the grade that was reached."""
    word, grade = words_in(lang, {}).outcome(finding.outcome), finding.grade
    return word if grade is None else f"{word}, {grade_title(lang, grade)}"


def _because(tree: Evaluated) -> Iterator[LeafResult]:
    """The comparisons that make a condition met; of `any` those of the first member that does."""
    if isinstance(tree, LeafResult):
        yield tree
        return
    met = [m for m in tree.members if m.outcome is Outcome.MET]
    for member in met if tree.kind == "all" else met[:1]:
        yield from _because(member)


def _act(act: Act, lang: str) -> str:
    by = say(lang, "by", number=act.instrument.number) if act.instrument is not None else ""
    return say(lang, f"act_{act.kind.value}", by=by, date=day(act.date, lang))
