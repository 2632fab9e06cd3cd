"""Events to callbacks, one by one; what a callback changes waits until everybody has heard what there was before."""

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from attrs import define, field, frozen

from ntm_rules._public import public
from ntm_rules.live.events import Event
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import NtmRulesError

Callback = Callable[[Event], object]
Change = Callable[[], Iterable[Event]]

MAX_CHANGES = 1_000
"""How many changes callbacks may make one after another before that is taken for a circle."""

MAX_ERRORS = 100


@public("live")
@frozen
class CallbackError:
    """A callback that raised.

    Attributes:
        event: what it was told.
        error: what it raised.
    """

    callback: Callback
    event: Event
    error: Exception


@define(eq=False)
class Dispatcher:
    """Makes changes one after another and tells what they did.

    Attributes:
        history: the last events.
        errors: the last callbacks that raised.
        busy: a change is being made or told.
    """

    history: deque[Event]
    errors: deque[CallbackError] = field(factory=lambda: deque(maxlen=MAX_ERRORS))
    busy: bool = False
    number: int = 0
    _callbacks: dict[object, Callback] = field(factory=dict)
    _changes: deque[Change] = field(factory=deque)
    _events: deque[Event] = field(factory=deque)
    _turn: threading.RLock = field(factory=threading.RLock, repr=False)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other threads out; the thread that is in may come again, as callbacks do.

        Raises:
            NtmRulesError: another thread is in.
        """
        if not self._turn.acquire(blocking=False):
            raise NtmRulesError(Message("session.threads"))
        try:
            yield
        finally:
            self._turn.release()

    @property
    def idle(self) -> bool:
        """True if no change is being made and none waits."""
        return not self.busy and not self._changes

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Tell a callback every event from now on, until what is returned is called."""
        key = object()
        self._callbacks[key] = callback
        return lambda: self._callbacks.pop(key, None) and None

    def submit(self, change: Change) -> None:
        """Make a change and tell what it did; within a callback it is made later.

        Raises:
            EngineUnavailable: the engine cannot go on; the change is not made, nor are those that waited for it.
            NtmRulesError: callbacks go on making changes.
        """
        self._changes.append(change)
        if not self.busy:
            self._run()

    def _run(self) -> None:
        self.busy = True
        made = 0
        try:
            while self._events or self._changes:
                if self._events:
                    self._tell(self._events.popleft())
                    continue
                made += 1
                if made > MAX_CHANGES:
                    self._changes.clear()
                    raise NtmRulesError(Message("session.circle", changes=MAX_CHANGES))
                self._make(self._changes.popleft())
        finally:
            self.busy = False

    def _make(self, change: Change) -> None:
        try:
            found = list(change())
        except BaseException:
            self._changes.clear()  # they were checked against what this change would have made
            raise
        self._events.extend(found)
        self.history.extend(found)
        self.number += len(found)

    def _tell(self, event: Event) -> None:
        for key, callback in tuple(self._callbacks.items()):
            if key not in self._callbacks:
                continue
            try:
                callback(event)
            except Exception as error:
                self.errors.append(CallbackError(callback, event, error))
                logging.getLogger("ntm_rules.live").error("a callback raised", exc_info=error)
