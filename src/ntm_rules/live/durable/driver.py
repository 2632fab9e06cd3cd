"""durable_rules 2.0.28, driven from its C module alone and kept inside what was found to be safe.

The package kills the process, loops for ever or answers wrongly when it is used plainly. What is done about it here:
neither ``durable.lang`` nor its ``Host`` is imported, so that there are no threads and no global tables; rules test one
message each (no joins, counts, negations, arrays, patterns, arithmetic or texts); limits are proved before anything is
compiled; a fact is asserted alone, under an id of its own, in a session whose id comes from a pool; numbers are
written so that its parser reads them back; and after any error nothing is trusted and everything is built again.
"""

import json
import locale
import math
import os
import threading
import typing
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import define, field

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import EngineUnavailable

Number = int | float
Test = tuple[str, str, Number]
"""Operator (``==`` or one of durable_rules), property, constant."""

Action = Callable[[typing.Any, str], None]
"""What a rule does; it is given the owner of the session and the match as JSON."""

EXCLUSIVE = {"$lt": "$gte", "$gte": "$lt", "$lte": "$gt", "$gt": "$lte", "==": "$neq", "$neq": "=="}
"""For each operator the one that holds exactly where it does not."""

MAX_SESSIONS = 1024  # the 1,025th corrupts the ruleset
MAX_RULES = 4096
MAX_TESTS = 480  # under one node; at 512 every assertion fails, at 513 the compiler never returns
MAX_ENDS = 250  # rules that end on one node; 257 overflow the heap
MAX_MATCHES = 60  # tests that match one message at one level; 65 are an error
_OPEN = "open"
_NAME = "ntm"


class Broken(Exception):  # noqa: N818 - never leaves the engines
    """The engine has failed and has to be built again."""


def engine_module() -> typing.Any:
    """Return the C module of durable_rules.

    Raises:
        EngineUnavailable: it is not installed, or does not work with this Python or locale.
    """
    try:
        import durable_rules_engine
    except ImportError as error:
        raise EngineUnavailable(Message("engine.durable", error=str(error))) from error
    point = locale.localeconv()["decimal_point"]
    if point != ".":
        raise EngineUnavailable(Message("durable.locale", point=point))
    return durable_rules_engine


def number_text(number: Number) -> str:
    """Return a number as the parser of durable_rules reads it back: a point before every exponent."""
    if isinstance(number, int):
        return str(number)
    if not math.isfinite(number):
        raise Broken(f"{number} cannot be written")
    mantissa, e, exponent = repr(number).partition("e")
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else repr(number)


def hash_of(name: str) -> int:
    """Return the 32 bits by which durable_rules tells names and ids apart; it never compares the texts."""
    found = 0x811C9DC5
    for byte in name.encode():
        found = ((found ^ byte) * 16777619) & 0xFFFFFFFF
    return found


class Driver:
    """One set of rules, compiled when the first session opens and freed when the last one closes.

    Args:
        rules: for each rule the tests a message has to pass, in order.
        actions: what each rule does.
        ids: every id a fact will have.

    Raises:
        EngineUnavailable: the rules are outside the safe subset.
    """

    def __init__(self, rules: Mapping[str, Sequence[Test]], actions: Mapping[str, Action], ids: Iterable[str]) -> None:
        whole = {**rules, _OPEN: [("==", _OPEN, 1)]}
        check(whole, [_OPEN, *ids])
        self.text = _compiled(whole)
        self.actions: dict[str, Action] = {**actions, _OPEN: lambda _owner, _match: None}
        self.abandoned: deque[Memory] = deque()
        self._lock, self._pid = threading.RLock(), os.getpid()
        self._build: _Build | None = None

    @property
    def lock(self) -> threading.RLock:
        """Held in every call of durable_rules. The child of a fork starts with its own."""
        if self._pid != os.getpid():
            self._lock, self._pid = threading.RLock(), os.getpid()
            self._build = None
        return self._lock

    def open(self) -> "Memory":
        """Return a new session, without facts.

        Raises:
            EngineUnavailable: durable_rules cannot be used, or has as many sessions as it can hold.
            Broken: the engine has failed.
        """
        engine = engine_module()
        with self.lock:
            self._bury()
            build = self._build
            if build is None:
                try:
                    build = self._build = _Build(engine, engine.create_ruleset(_NAME, self.text))
                except (engine.error, MemoryError) as error:
                    raise EngineUnavailable(Message("durable.refused", error=str(error))) from error
                build.freed_with(self)
            if not build.free_ids:
                raise EngineUnavailable(Message("durable.sessions", most=MAX_SESSIONS))
            sid = build.free_ids.pop()
            build.live.add(sid)
            memory = Memory(self, build, sid)
            # Deleting a session in which no rule ever ran is a crash: this one runs in each.
            memory.put(_OPEN, {_OPEN: 1})
            return memory

    def holds(self, memory: "Memory") -> bool:
        """Return whether the session can be used: not after an error, in the child of a fork, or when it was ended."""
        with self.lock:
            return self._build is memory.build and memory.sid in memory.build.live

    def distrust(self) -> None:
        """Give up what is compiled. Its memory is left alone: freeing it may be what kills the process."""
        if self._build is not None:
            self._build.forget()
        self._build = None

    def close(self, memory: "Memory") -> None:
        """End a session and free what it holds."""
        with self.lock:
            self._bury()
            self._end(memory)

    def _bury(self) -> None:
        while self.abandoned:
            self._end(self.abandoned.popleft())

    def _end(self, memory: "Memory") -> None:
        if not self.holds(memory):
            return
        build = memory.build
        build.engine.delete_state(build.handle, memory.sid)
        build.live.discard(memory.sid)
        build.free_ids.append(memory.sid)
        if not build.live:
            build.free()
            self._build = None


@define(eq=False)
class _Build:
    """A compiled ruleset of durable_rules with its sessions."""

    engine: typing.Any
    handle: int
    live: set[str] = field(factory=set)
    free_ids: list[str] = field(factory=lambda: [str(n) for n in reversed(range(MAX_SESSIONS))])
    _finalizer: "weakref.finalize[..., Driver] | None" = None

    def freed_with(self, driver: Driver) -> None:
        """Free it when nothing uses the driver any longer."""
        self._finalizer = weakref.finalize(driver, _free, self.engine, self.handle, os.getpid(), self.live)
        self._finalizer.atexit = False

    def free(self) -> None:
        """Delete the sessions and the ruleset."""
        if self._finalizer is not None:
            self._finalizer()

    def forget(self) -> None:
        """Never free it."""
        if self._finalizer is not None:
            self._finalizer.detach()


def _free(engine: typing.Any, handle: int, pid: int, live: set[str]) -> None:
    """Delete the sessions, then the ruleset, which would leak them; nothing in the child of a fork."""
    if pid == os.getpid():
        for sid in live:
            engine.delete_state(handle, sid)
        engine.delete_ruleset(handle)


@define(eq=False)
class Memory:
    """The facts of one session of a driver.

    Attributes:
        owner: what the actions are given.
    """

    driver: Driver
    build: _Build
    sid: str
    owner: typing.Any = None
    asserted: set[str] = field(factory=set)
    running: bool = False

    def put(self, key: str, properties: Mapping[str, Number]) -> None:
        """Assert a fact in the place of the one with the same key, and run every rule that follows.

        Within an action the rules run when the action is done.

        Raises:
            Broken: the engine has failed; so has the session, and all others of the driver.
        """
        with self.driver.lock:
            if not self.driver.holds(self):
                raise Broken("the session has ended")
            if self.running:
                self._assert(key, properties)
                return
            self.running, whole = True, False
            try:
                self._run(self._assert(key, properties))
                whole = True
            except (self.build.engine.error, MemoryError) as error:
                raise Broken(str(error)) from error
            finally:
                self.running = False
                if not whole:
                    self.driver.distrust()

    def _assert(self, key: str, properties: Mapping[str, Number]) -> int:
        engine, handle = self.build.engine, self.build.handle
        head = f'{{"sid":"{self.sid}","id":"{key}"'
        if key in self.asserted:
            _taken(engine.retract_fact(handle, head + "}"))
        body = "".join(f',"{name}":{number_text(number)}' for name, number in properties.items())
        self.asserted.add(key)
        return _taken(engine.assert_fact(handle, f"{head}{body}}}"))

    def _run(self, state: int) -> None:
        engine, handle, actions = self.build.engine, self.build.handle, self.driver.actions
        started = engine.start_action_for_state(handle, state)
        if started is None:
            raise Broken("durable_rules ran no rule for a fact")
        match: str | None = started[1]
        while match:
            actions[match[2 : match.index('"', 2)]](self.owner, match)
            match = engine.complete_and_start_action(handle, state)


def _taken(answer: tuple[int, int]) -> int:
    """Return the state that durable_rules answers with; any code but 0 says that the fact was not taken."""
    code, state = answer
    if code:
        raise Broken(f"durable_rules did not take a fact, code {code}")
    return state


# -- the safe subset -------------------------------------------------------------------------


def _compiled(rules: Mapping[str, Sequence[Test]]) -> str:
    """Return the rules as durable_rules reads them."""
    return "{" + ",".join(f'"{name}":{{"all":[{{"m":{_tests(tests)}}}]}}' for name, tests in rules.items()) + "}"


def _tests(tests: Sequence[Test]) -> str:
    texts = [
        f'{{"{name}":{number_text(value)}}}' if op == "==" else f'{{"{op}":{{"{name}":{number_text(value)}}}}}'
        for op, name, value in tests
    ]
    return texts[0] if len(texts) == 1 else f'{{"$and":[{",".join(texts)}]}}'


@define
class _Node:
    """A node of the tree of tests that durable_rules makes of the rules."""

    below: dict[Test, "_Node"] = field(factory=dict)
    ends: int = 0


def check(rules: Mapping[str, Sequence[Test]], ids: Iterable[str]) -> None:
    """Prove that rules keep every limit that durable_rules does not keep by itself.

    Raises:
        EngineUnavailable: with the limit.
    """
    if len(rules) > MAX_RULES:
        raise EngineUnavailable(Message("durable.rules", count=len(rules), most=MAX_RULES))
    root = _Node()
    for name, tests in rules.items():
        if json.dumps(name) != f'"{name}"' or not tests:
            raise EngineUnavailable(Message("durable.name", name=name, count=len(tests)))
        node = root
        for test in tests:
            node = node.below.setdefault(test, _Node())
        node.ends += 1
    properties = {prop for tests in rules.values() for _, prop, _ in tests}
    for code, names in (("durable.properties", properties | {"id", "sid"}), ("durable.ids", set(ids))):
        if len({hash_of(name) for name in names}) < len(names):
            raise EngineUnavailable(Message(code))
    _check_node(root, 0)


def _check_node(node: _Node, above: int) -> None:
    """Return the limits of one node; *above* is how many matches may wait when it is reached."""
    if len(node.below) > MAX_TESTS:
        raise EngineUnavailable(Message("durable.tests", count=len(node.below), most=MAX_TESTS))
    if node.ends > MAX_ENDS:
        raise EngineUnavailable(Message("durable.ends", count=node.ends, most=MAX_ENDS))
    together: set[Test | str] = set()
    for op, name, value in node.below:
        if op == "==":
            together.add(name)  # one constant a property can match
        elif (EXCLUSIVE.get(op), name, value) not in together:
            together.add((op, name, value))
    matches = above + len(together)
    if matches > MAX_MATCHES:
        raise EngineUnavailable(Message("durable.matches", count=matches, most=MAX_MATCHES))
    for below in node.below.values():
        _check_node(below, max(matches - 1, 0))
