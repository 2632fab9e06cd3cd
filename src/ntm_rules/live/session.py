"""One unit while its facts arrive one by one: what changes is told at once."""

import typing
from collections import deque
from collections.abc import Callable, Mapping

from attrs import evolve

from ntm_rules._public import public
from ntm_rules.live.dispatcher import Callback, CallbackError, Dispatcher
from ntm_rules.live.events import Event, OutcomeDifference, events_between
from ntm_rules.live.python import LiveEngine, PythonEngine
from ntm_rules.live.snapshots import differences, read_snapshot, snapshot_of
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import NtmRulesError, UnknownName
from ntm_rules.model.arguments import need
from ntm_rules.model.judgements import Judgement, Judgements, judgements_of, numbers_of
from ntm_rules.model.results import Facts, FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.verdict.dependencies import dependencies_of, differing
from ntm_rules.verdict.facts import CheckedFacts
from ntm_rules.verdict.judging import check
from ntm_rules.verdict.program import check_facts, program_of
from ntm_rules.verdict.verdict import Verdict, judged_too, verdict_from, verdict_of

ENGINES = ("python", "durable")
HISTORY = 100


@public("live")
class Session:
    """The finding for one unit, kept up to date while its facts change.

    Use it as a context manager, or call ``close``. A session belongs to one thread at a time: a change that comes from
    another one in the midst of a change is refused.

    Args:
        ruleset: from ``Library.compose``.
        facts, judgements: those known at the beginning, as ``assess`` takes them; nothing is told about them.
        unit: name or code of the unit, for messages and the verdict.
        engine: ``python`` or ``durable`` (durable_rules, extra ``live``); ``python`` unless given.
        history: how many events are kept for ``history``.

    Raises:
        FactError: every bad fact of the unit; judgements that contradict each other.
        EngineUnavailable: the engine asked for cannot be used here, or not for this ruleset.
        UnknownName: there is no such engine.
        BadArgument: an argument of another type.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        facts: Facts | None = None,
        unit: str | None = None,
        *,
        engine: str | None = None,
        history: int = HISTORY,
        judgements: Judgements = (),
    ) -> None:
        said = judgements_of(judgements)
        self._open(ruleset, {} if facts is None else facts, said, unit, engine, Dispatcher(deque(maxlen=history)))

    def _open(
        self,
        ruleset: Ruleset,
        facts: Facts,
        judgements: tuple[Judgement, ...],
        unit: str | None,
        engine: str | None,
        dispatcher: Dispatcher,
    ) -> None:
        self._checked = check_facts(ruleset, facts, unit)
        self._wanted = self._checked, judgements
        self.ruleset = ruleset
        self._program = program_of(ruleset)
        self._dependencies = dependencies_of(ruleset)
        self._dispatcher = dispatcher
        self._closed = False
        self._verdict = judged_too(verdict_of(ruleset, self._checked), judgements)
        self._floor_slots = self._program.official.slots(self._checked.values)
        self._floors = PythonEngine(self._program.official, self._dependencies)
        self._engine = self._engine_named(engine)

    @classmethod
    def _on(
        cls,
        ruleset: Ruleset,
        facts: Facts,
        judgements: tuple[Judgement, ...],
        unit: str,
        engine: str | None,
        dispatcher: Dispatcher,
    ) -> "Session":
        """Return a session that shares its dispatcher with others."""
        made = cls.__new__(cls)
        made._open(ruleset, facts, judgements, unit, engine, dispatcher)
        return made

    def _engine_named(self, name: str | None) -> LiveEngine:
        need("engine", name, str | None)
        if name not in (None, *ENGINES):
            raise UnknownName(Message("kind.engine"), name or "", ENGINES)
        if name != "durable":
            return PythonEngine(self._program.asked, self._dependencies)
        from ntm_rules.live.durable.engine import DurableEngine, rules_of

        return DurableEngine(rules_of(self.ruleset), self._verdict.values)

    # -- what is so ----------------------------------------------------------------------------

    @property
    def unit(self) -> str | None:
        """Name or code of the unit."""
        return self._checked.unit

    @property
    def facts(self) -> Mapping[str, FactValue]:
        """The facts as they were given."""
        return self._verdict.facts

    @property
    def verdict(self) -> Verdict:
        """The finding; equal to ``assess`` of the same facts and judgements."""
        return self._verdict

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """What bodies decided, as it was given."""
        return self._verdict.judgements

    @property
    def engine(self) -> str:
        """Which engine works out what changes: ``python`` or ``durable``."""
        return self._engine.name

    @property
    def rebuilds(self) -> int:
        """How often the engine had failed and was built again from the facts."""
        return self._engine.rebuilds

    @property
    def callback_errors(self) -> tuple[CallbackError, ...]:
        """The last callbacks that raised, with the event and the exception; each was logged as well."""
        return tuple(self._dispatcher.errors)

    def history(self) -> tuple[Event, ...]:
        """Return the last events, the oldest first."""
        return tuple(self._dispatcher.history)

    # -- changes -------------------------------------------------------------------------------

    def on_change(self, callback: Callback) -> Callable[[], None]:
        """Have a callback told every event from now on.

        A change is made as a whole before anybody hears of it. Its events come one by one: indicators in printed order,
        then criteria, then the tier; where there are judgements, those of the second reading after them. A change that
        a callback makes comes after all of these. A callback that raises stops nobody else.

        Returns:
            A function that ends it.
        """
        return self._dispatcher.subscribe(callback)

    def set(self, fact: str, value: FactValue | Mapping[str, object] | None) -> None:
        """Set one fact; None takes it away.

        Raises:
            FactError: the fact is bad, or does not agree with the others; nothing is changed.
            EngineUnavailable: the engine cannot go on; nothing is changed.
        """
        self.set_many({fact: value})

    def clear(self, fact: str) -> None:
        """Take a fact away.

        Raises:
            FactError: the fact is in no catalogue.
            EngineUnavailable: the engine cannot go on; nothing is changed.
        """
        self.set_many({fact: None})

    def set_many(self, facts: Facts, judgements: Judgements = ()) -> None:
        """Set several facts as one change; None takes one away.

        Args:
            judgements: put in the place of those on the same numbers, of whatever set they are, in the same change.

        Raises:
            FactError: every bad fact; judgements that contradict each other; nothing is changed.
            UnknownName, BadArgument: judgements as for ``assess``; nothing is changed.
            EngineUnavailable: the engine cannot go on; nothing is changed.
        """
        with self._dispatcher.alone():
            self._need_open()
            checked, before = self._before()
            numbers, said = numbers_of(judgements), judgements_of(judgements)
            kept = tuple(judgement for judgement in before if judgement.no not in numbers)
            self._change(self._program.checker.amend(checked, facts), (*kept, *said))

    def judge(self, judgements: Judgements) -> None:
        """Put judgements in the place of those on the same numbers, as one change; an empty list takes them away.

        Args:
            judgements: as for ``assess``.

        Raises:
            FactError, UnknownName, BadArgument, EngineUnavailable: as ``set_many``; nothing is changed.
        """
        self.set_many({}, judgements)

    def snapshot(self) -> dict[str, typing.Any]:
        """Facts, outcomes and the content hash of the ruleset, as plain JSON types."""
        return snapshot_of(self._verdict)

    def restore(self, snapshot: Mapping[str, typing.Any]) -> tuple[OutcomeDifference, ...]:
        """Take unit and facts from a snapshot, as one change, and assess them under the rules of this session.

        Returns:
            Every outcome that is another than in the snapshot; none where the rules are the same.

        Raises:
            NtmRulesError: it is not a snapshot; nothing is changed.
            FactError: its facts are not valid under this ruleset; nothing is changed.
            EngineUnavailable: the engine cannot go on; nothing is changed.
        """
        with self._dispatcher.alone():
            self._need_open()
            found = read_snapshot(snapshot)
            checked = check_facts(self.ruleset, found.facts, found.unit)
            codes = self._program.run(checked.values)
            self._change(checked, found.judgements)
        return differences(found, self.ruleset, codes)

    def _before(self) -> tuple[CheckedFacts, tuple[Judgement, ...]]:
        """Return facts and judgements on which the next change is made: what the changes that wait will leave."""
        return (self._checked, self.judgements) if self._dispatcher.idle else self._wanted

    def _change(self, checked: CheckedFacts, judgements: tuple[Judgement, ...]) -> None:
        if judgements != self._before()[1]:  # facts alone change most often
            check(self.ruleset, judgements, self.unit)
        self._wanted = checked, judgements
        self._dispatcher.submit(lambda: self._made(checked, judgements))

    def _made(self, checked: CheckedFacts, judgements: tuple[Judgement, ...]) -> list[Event]:
        """Make a change, all of it or nothing."""
        before, program, dependencies = self._verdict, self._program, self._dependencies
        self._need_open()
        inputs = differing(self._checked.values, checked.values)
        slots, differ = dependencies.slots(program.asked.derived, before.values, checked.values, inputs)
        codes = self._engine.follow(before.codes, slots, differ)
        known = program.official.known(checked.values)
        floor_slots, differ = dependencies.slots(program.official.derived, self._floor_slots, known, inputs)
        floors = self._floors.follow(before.floors, floor_slots, differ)
        changed = [place for place in inputs if self._is_cause(place, checked)]
        self._checked, self._floor_slots = checked, floor_slots
        found = verdict_from(self.ruleset, checked, slots, codes, floors)
        self._verdict = evolve(found, judgements=judgements) if judgements else found
        return events_between(before, self._verdict, changed, dependencies, self._dispatcher.number)

    def _is_cause(self, place: int, checked: CheckedFacts) -> bool:
        """Return whether the fact of a slot is another, and was given as another: a ratio may follow from its parts."""
        name, before = self._dependencies.given[place], self._checked
        return before.values[place] != checked.values[place] and before.given.get(name) != checked.given.get(name)

    # -- the end -------------------------------------------------------------------------------

    def close(self) -> None:
        """End the session and free what it holds; the verdict can still be read."""
        if not self._closed:
            self._closed = True
            self._engine.close()

    def _need_open(self) -> None:
        if self._closed:
            raise NtmRulesError(Message("session.closed"))

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
