"""What strategies and laws need of one ruleset, worked out once and kept with it."""

import itertools
from collections.abc import Iterable, Iterator, Mapping

from ntm_rules.model.conditions import Case, Comparison, Open
from ntm_rules.model.facts import Direction, FactType
from ntm_rules.model.kept import kept
from ntm_rules.model.limits import conditions_of
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.walk import facts_of, facts_of_derived, guards_of, indicators, leaves, prerequisites
from ntm_rules.testing.communes import Commune, Facts, Repertoire, Setting
from ntm_rules.verdict.program import check_facts, outcome_codes
from ntm_rules.verdict.verdict import assess

_ROUNDS = 3
_MAX_COLUMNS = 40
_READABLE = 12
_MAX_READ = 5
_MAX_PAIRS = 1_500
_CURABLE = {
    ReasonCode.SELECTOR_MISSING,
    ReasonCode.AMBIGUOUS_CASE,
    ReasonCode.NO_CELL,
    ReasonCode.FACT_MISSING,
    ReasonCode.EMPTY_WHOLE,
}

ColumnFacts = tuple[tuple[str, FactValue], ...]


@kept
def bench_of(ruleset: Ruleset) -> "Bench":
    """Return the bench of a ruleset."""
    return Bench(ruleset)


class Bench:
    """One ruleset with the values worth trying, and the communes that pass it; prints short."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.choices = Repertoire(ruleset)
        self.first = 1 + len(ruleset.criteria)
        """The place of the first indicator in the codes."""
        self._passing: dict[ColumnFacts, Commune] = {}
        self._columns: tuple[ColumnFacts, ...] = ()
        self._failing: dict[str, Setting | None] = {}

    def __repr__(self) -> str:
        return f"<bench of {self.ruleset.id} {self.ruleset.period}>"

    # -- assessing ---------------------------------------------------------------------------

    def codes(self, facts: Facts) -> bytes:
        """Return the codes of the set, its criteria and its indicators."""
        return outcome_codes(self.ruleset, check_facts(self.ruleset, facts))

    def commune(self, facts: Mapping[str, FactValue | None], usual: Commune | None = None) -> Commune:
        """Facts that fit together, printed by what sets them apart from a commune that passes."""
        usual = self.passing() if usual is None else usual
        return Commune(self.choices.settled(facts), usual.usual, usual.met)

    # -- what reads what ---------------------------------------------------------------------

    def inputs(self, name: str) -> Iterator[str]:
        """Yield the inputs that a fact is worked out from, or itself; with parts of shares and what is undecided."""
        derived = next((d for d in self.ruleset.derived if d.id == name), None)
        if derived is not None:
            for inner in facts_of_derived(derived):
                yield from self.inputs(inner)
        elif name in self.choices.inputs:
            yield name
            ratio, undecided = self.choices.inputs[name].ratio, self.choices.inputs[name].undecided
            if ratio is not None:
                yield from (n for n in (ratio.part, ratio.whole) if n in self.choices.inputs)
            if undecided is not None:
                yield undecided

    def read_by(self, indicator: Indicator) -> tuple[str, ...]:
        """Return the inputs that an indicator reads."""
        conditions = (indicator.require,) if indicator.applies_if is None else (indicator.applies_if, indicator.require)
        return tuple(dict.fromkeys(n for c in conditions for f in facts_of(c) for n in self.inputs(f)))

    def selecting(self) -> tuple[str, ...]:
        """Return the inputs that pick columns or say where an indicator applies."""
        return tuple(dict.fromkeys(name for fact in self._selecting() for name in self.inputs(fact)))

    def _selecting(self) -> Iterator[str]:
        """Yield the facts that guards, cases, tables and ``applies_if`` read, derived ones as they are."""
        for derived in self.ruleset.derived:
            for guard in guards_of(derived):
                yield from facts_of(guard)
            if isinstance(derived.rule, Case):
                yield derived.id
        for condition in conditions_of(self.ruleset):
            for _, leaf in leaves(condition):
                if isinstance(leaf, Comparison | Open):
                    compared = leaf.facts if isinstance(leaf, Comparison) else ()
                    yield from (name for name in facts_of(leaf) if name not in compared)
        for _, indicator in indicators(self.ruleset):
            if indicator.applies_if is not None:
                yield from facts_of(indicator.applies_if)

    def columns(self) -> tuple[ColumnFacts, ...]:
        """Return what picks columns, one thing at a time, after the usual: every region, area class and so on."""
        if not self._columns:
            found: dict[ColumnFacts, None] = {(): None}
            for name in self.selecting():
                fact = self.choices.inputs[name]
                numeric = fact.type.numeric
                values = [v for v in self.choices.values(name) if not numeric or float(v).is_integer()]
                found |= dict.fromkeys(((name, v),) for v in values)
            self._columns = tuple(found)[:_MAX_COLUMNS]
        return self._columns

    # -- communes that pass ------------------------------------------------------------------

    def passing(self, column: ColumnFacts = ()) -> Commune:
        """Facts with which every indicator that can be met is met, with the column given held.

        Found by climbing: a plain guess, then one change after another that meets more. What a pending or delegated
        cell leaves open stays open.
        """
        if column not in self._passing:
            start = dict(self.passing()) if column else self._guess()
            facts = self._climbed(self.choices.settled({**start, **dict(column)}), dict(column))
            self._passing[column] = Commune(facts, facts, 0 not in self.codes(facts)[self.first :])
        return self._passing[column]

    def _guess(self) -> dict[str, FactValue | None]:
        """Return the best value of every fact, the values that pass the prerequisites first; shares as figures."""
        found: dict[str, FactValue | None] = {}
        for other in prerequisites(self.ruleset):
            found |= bench_of(other).passing()
        direct = {n for _, i in indicators(self.ruleset) for n in facts_of(i.require)}
        direct |= {n for d in self.ruleset.derived for n in facts_of_derived(d)}
        parts = {ratio.part for fact, ratio in self.choices.ratios if fact.id in self.choices.inputs} - direct
        for name in self.choices.inputs:
            if name not in found and name not in parts:
                found[name] = self._best(name)
        return found

    def _best(self, name: str) -> FactValue:
        fact = self.choices.inputs[name]
        if name in self.choices.undecided:
            return 0
        if fact.type is FactType.BOOLEAN:
            return fact.direction is Direction.MORE
        if not fact.type.numeric:
            return fact.values[-1 if fact.type is FactType.ORDINAL and fact.direction is not Direction.LESS else 0]
        values = sorted(v for v in self.choices.values(name) if float(v) == round(float(v), fact.decimals))
        return values[0 if fact.direction is Direction.LESS else -1]

    def _climbed(self, facts: dict[str, FactValue], held: Mapping[str, FactValue]) -> dict[str, FactValue]:
        """Return the facts after every single change that meets more indicators and loses none."""
        for _ in range(_ROUNDS):
            before = facts
            verdict = assess(self.ruleset, facts)
            for _, indicator in indicators(self.ruleset):
                result = verdict.indicators[indicator.no]
                hopeless = result.outcome is Outcome.UNDETERMINED and not _CURABLE.issuperset(result.codes)
                if result.outcome is not Outcome.MET and not hopeless:
                    facts = self._bettered(indicator, facts, held)
            if facts == before:
                break
        return facts

    def _bettered(
        self, indicator: Indicator, facts: dict[str, FactValue], held: Mapping[str, FactValue]
    ) -> dict[str, FactValue]:
        """Return the facts with the change that meets most, of what the indicator reads; two if one is not enough."""
        read = self.read_by(indicator)
        singles = [s for n in read for s in self.choices.by_fact[n] if not held.keys() & dict(s.facts).keys()]
        better = self._best_of(singles, facts)
        if better == facts and not held and 1 < len(read) <= _MAX_READ:
            pairs = (Setting((*a.facts, *b.facts)) for a, b in itertools.combinations(singles, 2))
            return self._best_of(itertools.islice(pairs, _MAX_PAIRS), facts, enough=True)
        return better

    def _best_of(
        self, settings: Iterable[Setting], facts: dict[str, FactValue], enough: bool = False
    ) -> dict[str, FactValue]:
        """Return the facts with the change that meets most, or as they are; *enough*: the first that meets more."""
        best, score = facts, self._score(facts)
        for setting in settings:
            tried = self.choices.settled(setting.on(facts))
            reached = self._score(tried)
            if reached > score:
                best, score = tried, reached
                if enough:
                    break
        return best

    def _score(self, facts: Facts) -> tuple[int, int]:
        codes = self.codes(facts)[self.first :]
        return codes.count(Outcome.MET) + codes.count(Outcome.NOT_APPLICABLE), codes.count(Outcome.MET)

    def sweep(self, commune: Commune, start: int, count: int) -> Iterator[Commune]:
        """Communes in which every fact that picks no column takes one of its values after another, all at once."""
        parts = {name for _, ratio in self.choices.ratios for name in (ratio.part, ratio.whole)}
        still = parts.union(self.selecting())
        values = {name: self.choices.values(name) for name in commune if name not in still}
        for n in range(count):
            chosen = {name: v[(start + n * -(-len(v) // count)) % len(v)] for name, v in values.items()}
            yield self.commune({**commune, **chosen}, commune)

    # -- communes that nearly pass -----------------------------------------------------------

    def failing(self, no: str) -> Setting | None:
        """Return the smallest readable change of one fact that makes a passing commune fail an indicator, if any."""
        if no not in self._failing:
            self._failing[no] = self._fault(no)
        return self._failing[no]

    def _fault(self, no: str) -> Setting | None:
        usual = self.passing()
        numbers = [i.no for _, i in indicators(self.ruleset)]
        place = self.first + numbers.index(no)
        if self.codes(usual)[place] != Outcome.MET:
            return None
        indicator = next(i for _, i in indicators(self.ruleset) if i.no == no)
        found: list[tuple[tuple[int, bool, float], Setting]] = []
        for name in self.read_by(indicator):
            for setting in self.choices.by_fact[name]:
                codes = self.codes(self.choices.settled(setting.on(usual)))
                if codes[place] == Outcome.NOT_MET:
                    others = codes[self.first :].count(Outcome.NOT_MET)
                    odd = any(len(f"{value}") > _READABLE for _, value in setting.facts if type(value) is float)
                    found.append(((others, odd, self._shortfall(no, setting)), setting))
        return min(found, key=lambda entry: entry[0])[1] if found else None

    def _shortfall(self, no: str, setting: Setting) -> float:
        verdict = assess(self.ruleset, self.choices.settled(setting.on(self.passing())))
        missed = [leaf for leaf in verdict.indicators[no].leaves if leaf.outcome is Outcome.NOT_MET]
        return sum(abs(float(leaf.margin or 0)) for leaf in missed)
