"""The truth tables of the rule language over terms: connectives, cases, least and greatest, points."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from attrs import frozen

from ntm_rules.model.conditions import Op
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.scoring import Part
from ntm_rules.proofs.terms import Logic, Term
from ntm_rules.verdict.compare import ORDER


@frozen
class Code:
    """An outcome as three terms that exclude each other; where none of them is true the outcome is ``met``."""

    not_met: Term
    undetermined: Term = False
    not_applicable: Term = False


@frozen
class SymbolicChoice:
    """A yes/no, a level or a category: a term for each value it can have; none is true where it has none."""

    terms: dict[str, Term]
    given: Term


@frozen
class SymbolicNumber:
    """A numeric fact: whether it is there, whether its whole is 0, and how it compares with a limit.

    Attributes:
        plain: the number, where it is one and no quotient.
    """

    given: Term
    empty: Term
    compare: Callable[[Op, Term], Term]
    plain: Term = None


@frozen
class Algebra:
    """Codes put together."""

    logic: Logic

    def met(self, code: Code) -> Term:
        """Return a term that is true where the code is met."""
        return self.logic.opposite(self.logic.either(code.not_met, code.undetermined, code.not_applicable))

    def is_one_of(self, code: Code, outcomes: Iterable[Outcome]) -> Term:
        """Return a term that is true where the code is one of the outcomes."""
        terms = (code.not_met, self.met(code), code.undetermined, code.not_applicable)
        return self.logic.either(*(terms[outcome] for outcome in outcomes))

    def all(self, codes: Sequence[Code]) -> Code:
        """Return the code of all members that apply."""
        logic = self.logic
        if len(codes) == 1:
            return codes[0]
        no = logic.either(*(c.not_met for c in codes))
        open_ = logic.both(logic.opposite(no), logic.either(*(c.undetermined for c in codes)))
        return Code(no, open_, logic.both(*(c.not_applicable for c in codes)))

    def at_least(self, k: int, codes: Sequence[Code]) -> Code:
        """Return the code of at least *k* members."""
        logic = self.logic
        lost = [logic.either(c.not_met, c.not_applicable) for c in codes]
        no = logic.at_least(len(codes) - k + 1, lost)
        if all(c.undetermined is False for c in codes):
            return Code(no)
        yes = logic.at_least(k, [self.met(c) for c in codes])
        return Code(no, logic.both(logic.opposite(no), logic.opposite(yes)))

    def guarded(self, applies: Code, code: Code) -> Code:
        """Return the code of an indicator with ``applies_if``."""
        both, either, here = self.logic.both, self.logic.either, self.met(applies)
        return Code(
            both(here, code.not_met),
            either(applies.undetermined, both(here, code.undetermined)),
            either(applies.not_met, applies.not_applicable, both(here, code.not_applicable)),
        )

    def capped(self, code: Code) -> Code:
        """Return undetermined in place of what is not *not met*."""
        return Code(code.not_met, self.logic.opposite(code.not_met))

    def denying(self, code: Code) -> Code:
        """Return not applicable in place of what is not *not met*."""
        return Code(code.not_met, False, self.logic.opposite(code.not_met))

    def agreed(self, one: Code, other: Code) -> Code:
        """Return what both codes are; undetermined where they differ."""
        both = self.logic.both
        no, nothing = both(one.not_met, other.not_met), both(one.not_applicable, other.not_applicable)
        decided = self.logic.either(no, nothing, both(self.met(one), self.met(other)))
        return Code(no, self.logic.opposite(decided), nothing)

    def where_empty(self, code: Code, empty: Term, outcome: Outcome | None) -> Code:
        """Return the code of a ratio where its whole may be 0."""
        either = self.logic.either
        return Code(
            either(code.not_met, empty) if outcome is Outcome.NOT_MET else code.not_met,
            either(code.undetermined, empty) if outcome is None else code.undetermined,
            either(code.not_applicable, empty) if outcome is Outcome.NOT_APPLICABLE else code.not_applicable,
        )

    def picked(self, guard: Code, value: SymbolicChoice, other: SymbolicChoice) -> SymbolicChoice:
        """Return a value where its guard is met, the other one elsewhere; where that is open, what both are."""
        both, either, opposite = self.logic.both, self.logic.either, self.logic.opposite
        met, closed = self.met(guard), opposite(guard.undetermined)

        def term(mine: Term, theirs: Term) -> Term:
            return either(both(met, mine), both(opposite(met), theirs, either(closed, mine)))

        texts = dict.fromkeys((*value.terms, *other.terms))
        terms = {text: term(value.terms.get(text, False), other.terms.get(text, False)) for text in texts}
        decided = guard.undetermined is False
        return SymbolicChoice(terms, term(value.given, other.given) if decided else either(*terms.values()))

    def number(self, choice: SymbolicChoice) -> SymbolicNumber:
        """Return a choice between numbers, written as texts, as the number that is chosen."""
        logic = self.logic
        term = logic.constant(0)
        for text, chosen in choice.terms.items():
            term = term + logic.where(chosen, logic.constant(Decimal(text)))

        def compare(op: Op, limit: Term) -> Term:
            return ORDER[op](term, logic.constant(limit) if isinstance(limit, Decimal) else limit)

        return SymbolicNumber(choice.given, False, compare, term)

    def extreme(self, numbers: list[SymbolicNumber], least: bool) -> SymbolicNumber:
        """Return the least or the greatest of several numbers: compared by comparing each of them."""
        logic = self.logic
        given = logic.both(*(n.given for n in numbers))
        for_all = (Op.AT_LEAST, Op.MORE_THAN) if least else (Op.AT_MOST, Op.LESS_THAN)

        def compare(op: Op, limit: Term) -> Term:
            if op is Op.EQUALS:
                return logic.both(compare(for_all[0], limit), logic.either(*(n.compare(op, limit) for n in numbers)))
            return (logic.both if op in for_all else logic.either)(*(n.compare(op, limit) for n in numbers))

        return SymbolicNumber(given, logic.both(given, logic.either(*(n.empty for n in numbers))), compare)

    def total(self, numbers: Sequence[SymbolicNumber], added: Term, over: int) -> SymbolicNumber:
        """Return a sum of several numbers over a whole number, multiplied out."""
        logic = self.logic
        given = logic.both(*(n.given for n in numbers))

        def compare(op: Op, limit: Term) -> Term:
            bound = logic.constant(limit) if isinstance(limit, Decimal) else limit
            return ORDER[op](added, bound * over)

        return SymbolicNumber(given, logic.both(given, logic.either(*(n.empty for n in numbers))), compare)

    def points(self, parts: Sequence[tuple[Code, Part, Term, Term]]) -> SymbolicNumber:
        """Return points out of a total, multiplied out; each part has its points and whether these are given."""
        logic = self.logic
        counts = [self.met(applies) for applies, _, _, _ in parts]
        given = logic.both(
            *(
                logic.both(logic.opposite(applies.undetermined), logic.either(logic.opposite(here), there))
                for here, (applies, _, _, there) in zip(counts, parts, strict=True)
            )
        )

        def compare(op: Op, limit: Term) -> Term:
            bound = logic.constant(limit) if isinstance(limit, Decimal) else limit
            left = right = logic.constant(0)
            for here, (_, part, points, _) in zip(counts, parts, strict=True):
                left = left + logic.where(here, points * (10**part.digits * part.factor))
                right = right + logic.where(here, bound * part.share)
            return ORDER[op](left, right)

        whole = logic.either(*(here for here, (_, part, _, _) in zip(counts, parts, strict=True) if part.share))
        return SymbolicNumber(given, logic.both(given, logic.opposite(whole)), compare)
