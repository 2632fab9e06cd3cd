"""Eight threads with sessions of their own, and processes that are forked or spawned from one with a session."""

import datetime as dt
import multiprocessing
import os
import pickle
import random
import sys
import threading
import typing
from collections.abc import Iterator

import pytest

from ntm_rules import Library, Ruleset, assess
from ntm_rules.live import Session
from property.strategies import made_facts


@pytest.fixture(scope="module")
def ruleset(bundled: Library) -> Ruleset:
    return bundled.compose("commune/ntm", on=dt.date(2024, 7, 2), province="lang-son")


@pytest.fixture
def switching() -> Iterator[None]:
    """Threads change places as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def changed(ruleset: Ruleset, engine: str, seed: int, count: int) -> int:
    """Change a session *count* times; how often it was right."""
    chance = random.Random(seed)
    right = 0
    facts: dict[str, typing.Any] = {}
    heard: list[object] = []
    with Session(ruleset, unit=str(seed), engine=engine) as session:
        session.on_change(heard.append)
        for _ in range(count):
            made = made_facts(ruleset, chance.choice, 5)
            facts = {name: made.get(name) for name in ruleset.inputs()}
            session.set_many(facts)
            right += session.verdict == assess(ruleset, facts, str(seed))
    return right


@pytest.mark.usefixtures("switching")
def test_eight_threads_with_sessions_of_their_own(ruleset: Ruleset, engine: str) -> None:
    right: dict[int, int] = {}

    def work(seed: int) -> None:
        right[seed] = sum(changed(ruleset, engine, seed * 10 + n, 5) for n in range(4))

    before = threading.active_count()
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == dict.fromkeys(range(8), 20)
    assert threading.active_count() == before


def test_a_forked_process_builds_its_own(ruleset: Ruleset, engine: str) -> None:
    """The session of the parent goes on in both, and neither hears of the other."""
    with Session(ruleset, {"income_per_capita": 43}, engine=engine) as session:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            answer = b"raised"
            try:
                session.set("income_per_capita", 46)
                wanted = assess(ruleset, {"income_per_capita": 46})
                answer = b"right" if session.verdict == wanted and changed(ruleset, engine, 1, 3) == 3 else b"wrong"
                answer += b" %d" % session.rebuilds
                session.close()
            finally:
                os.write(writing, answer)
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            assert pipe.read() == (b"right 1" if engine == "durable" else b"right 0")
        assert os.waitpid(child, 0)[1] == 0
        assert session.facts == {"income_per_capita": 43}
        session.set("income_per_capita", 47)
        assert session.verdict == assess(ruleset, {"income_per_capita": 47})
        assert session.rebuilds == 0


def test_a_pool_of_processes(ruleset: Ruleset, engine: str) -> None:
    """A ruleset with live sessions can be sent to other processes."""
    with Session(ruleset, engine=engine):
        assert pickle.loads(pickle.dumps(ruleset)) == ruleset
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            assert pool.starmap(changed, [(ruleset, engine, seed, 3) for seed in range(4)]) == [3] * 4
