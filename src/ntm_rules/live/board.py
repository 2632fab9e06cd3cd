"""Live sessions of many units: opened when a unit is asked for, put away when too many are open."""

import json
import typing
from collections import deque
from collections.abc import Callable, Iterator, Mapping, MutableMapping

from ntm_rules._public import public
from ntm_rules.live.dispatcher import Callback, CallbackError, Dispatcher
from ntm_rules.live.events import Event, OutcomeDifference
from ntm_rules.live.session import HISTORY, Session
from ntm_rules.live.snapshots import read_snapshot
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import NtmRulesError
from ntm_rules.model.arguments import name_of
from ntm_rules.model.judgements import Judgement, Judgements
from ntm_rules.model.names import look_alike
from ntm_rules.model.plain import one_line
from ntm_rules.model.results import Facts, FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.verdict.verdict import Verdict

CAPACITY = {"python": 1000, "durable": 16}


@public("live")
class Board:
    """The findings for many units, each kept up to date while its facts change.

    A unit begins without facts when it is first named; one that only looks different from a unit with facts, such as
    ``6196`` beside ``06196``, is refused. At most ``capacity`` sessions are open, and while a change is
    told those that callbacks ask for; the one that was used longest ago is put away as a snapshot and opened again when
    it is asked for, which nobody notices but by the time it takes. A board belongs to one thread at a time; use it as
    a context manager, or call ``close``.

    Args:
        ruleset: from ``Library.compose``.
        capacity: how many sessions may be open; 1000 of the engine ``python``, 16 of ``durable``, unless given.
        engine: as in ``Session``.
        history: how many events of all units together are kept for ``history``.
        store: where snapshots go, as JSON texts by unit; in memory unless given. One that is on disk keeps the facts
            of all units when the board is closed.

    Raises:
        EngineUnavailable: the engine asked for cannot be used here, or not for this ruleset.
        UnknownName: there is no such engine.
        NtmRulesError: *capacity* is below 1, or two units in *store* only look different.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        *,
        capacity: int | None = None,
        engine: str | None = None,
        history: int = HISTORY,
        store: MutableMapping[str, str] | None = None,
    ) -> None:
        with Session(ruleset, engine=engine) as trial:
            self.engine = trial.engine
        self.ruleset = ruleset
        self.capacity = CAPACITY[self.engine] if capacity is None else capacity
        if self.capacity < 1:
            raise NtmRulesError(Message("session.room", capacity=self.capacity))
        self._store: MutableMapping[str, str] = {} if store is None else store
        self._open: dict[str, Session] = {}
        self._names: dict[str, str] = {}  # by what they look like
        for unit in tuple(self._store):
            name = self._named(unit)
            if name != unit:  # stored as it was spelled before
                self._store[name] = self._store.pop(unit)
        self._dispatcher = Dispatcher(deque(maxlen=history))
        self._closed = False

    # -- what is so ----------------------------------------------------------------------------

    def __contains__(self, unit: str) -> bool:
        unit = name_of(unit, "unit")
        return unit in self._open or unit in self._store

    def __iter__(self) -> Iterator[str]:
        """Yield the units that have facts or a session, in no particular order."""
        return iter({**dict.fromkeys(self._store), **dict.fromkeys(self._open)})

    @property
    def open_sessions(self) -> int:
        """How many sessions are open."""
        return len(self._open)

    @property
    def callback_errors(self) -> tuple[CallbackError, ...]:
        """The last callbacks that raised, with the event and the exception; each was logged as well."""
        return tuple(self._dispatcher.errors)

    def verdict(self, unit: str) -> Verdict:
        """Return the finding for a unit; equal to ``assess`` of the same facts."""
        with self._dispatcher.alone():
            return self._session(unit).verdict

    def history(self) -> tuple[Event, ...]:
        """Return the last events of all units, the oldest first."""
        return tuple(self._dispatcher.history)

    def snapshot(self, unit: str) -> dict[str, typing.Any]:
        """Facts, outcomes and the content hash of the ruleset, as plain JSON types."""
        with self._dispatcher.alone():
            return self._session(unit).snapshot()

    # -- changes -------------------------------------------------------------------------------

    def on_change(self, callback: Callback) -> Callable[[], None]:
        """Have a callback told every event of every unit from now on, as ``Session.on_change`` says.

        Returns:
            A function that ends it.
        """
        return self._dispatcher.subscribe(callback)

    def set(self, unit: str, fact: str, value: FactValue | Mapping[str, object] | None) -> None:
        """Set one fact of a unit; None takes it away.

        Raises:
            FactError: the fact is bad, or does not agree with the others; nothing is changed.
            EngineUnavailable: the engine cannot go on; nothing is changed.
        """
        self.set_many(unit, {fact: value})

    def clear(self, unit: str, fact: str) -> None:
        """Take a fact of a unit away.

        Raises:
            FactError: the fact is in no catalogue.
            EngineUnavailable: the engine cannot go on; nothing is changed.
        """
        self.set_many(unit, {fact: None})

    def set_many(self, unit: str, facts: Facts, judgements: Judgements = ()) -> None:
        """Set several facts of a unit, and what bodies decided on it, as one change; see ``Session.set_many``.

        Raises:
            FactError: every bad fact; judgements that contradict each other; nothing is changed.
            UnknownName, BadArgument: judgements as for ``assess``; nothing is changed.
            EngineUnavailable: the engine cannot go on; nothing is changed.
        """
        with self._dispatcher.alone():
            self._session(unit).set_many(facts, judgements)
            self._make_room(self.capacity)

    def judge(self, unit: str, judgements: Judgements) -> None:
        """Put judgements on a unit in the place of those on the same numbers, as ``Session.judge`` does.

        Raises:
            FactError, UnknownName, BadArgument, EngineUnavailable: as ``set_many``; nothing is changed.
        """
        self.set_many(unit, {}, judgements)

    def restore(self, snapshot: Mapping[str, typing.Any]) -> tuple[OutcomeDifference, ...]:
        """Take the facts of a unit from a snapshot, as ``Session.restore`` does.

        Returns:
            Every outcome that is another than in the snapshot; none where the rules are the same.

        Raises:
            NtmRulesError: it is not a snapshot, or names no unit; nothing is changed.
            FactError: its facts are not valid under this ruleset; nothing is changed.
            EngineUnavailable: the engine cannot go on; nothing is changed.
        """
        unit = read_snapshot(snapshot).unit
        if unit is None:
            raise NtmRulesError(Message("session.no_unit"))
        with self._dispatcher.alone():
            differences = self._session(unit).restore(snapshot)
            self._make_room(self.capacity)
        return differences

    def forget(self, unit: str) -> None:
        """Drop a unit with its facts; nothing happens if it is unknown.

        Raises:
            NtmRulesError: a callback asked for it while a change was being told.
        """
        unit = name_of(unit, "unit")
        with self._dispatcher.alone():
            if not self._dispatcher.idle:
                raise NtmRulesError(Message("session.telling", unit=unit))
            if unit in self._open:
                self._open.pop(unit).close()
            self._store.pop(unit, None)

    # -- sessions ------------------------------------------------------------------------------

    def _named(self, unit: str) -> str:
        """Return the name of a unit in one form.

        Raises:
            NtmRulesError: it only looks different from that of a unit with facts.
        """
        name = name_of(unit, "unit")
        other = self._names.get(look_alike(name), name)
        if other != name and self._has_facts(other):
            raise NtmRulesError(Message("session.alike", unit=name, other=other))
        self._names[look_alike(name)] = name
        return name

    def _has_facts(self, unit: str) -> bool:
        session = self._open.get(unit)
        return unit in self._store if session is None else _holds_something(session)

    def _session(self, unit: str) -> Session:
        if self._closed:
            raise NtmRulesError(Message("session.board_closed"))
        unit = self._named(unit)
        session = self._open.pop(unit, None)
        if session is None:
            self._make_room(self.capacity - 1)
            text = self._store.get(unit)
            facts: Mapping[str, typing.Any] = {}
            judgements: tuple[Judgement, ...] = ()
            if text is not None:
                found = read_snapshot(json.loads(text))
                facts, judgements = found.facts, found.judgements
            session = Session._on(self.ruleset, facts, judgements, unit, self.engine, self._dispatcher)
        self._open[unit] = session  # the last is the one used last
        return session

    def _make_room(self, room: int) -> None:
        """Put sessions away until *room* are open; none while a change is being told, it may be about them."""
        while self._dispatcher.idle and len(self._open) > room:
            unit = next(iter(self._open))
            session = self._open[unit]
            if _holds_something(session):
                self._store[unit] = one_line(session.snapshot())
            else:
                self._store.pop(unit, None)
            del self._open[unit]
            session.close()

    def close(self) -> None:
        """Put every session away and end the board."""
        with self._dispatcher.alone():
            self._make_room(0)
            self._closed = True

    def __enter__(self) -> "Board":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _holds_something(session: Session) -> bool:
    """Return whether anything is known of a unit that would be lost."""
    return bool(session.facts or session.judgements)
