"""Facts found by words: those of their titles, ids, and of the indicators that compare them."""

from collections import Counter
from collections.abc import Iterable, Mapping

from ntm_rules.messages.errors import folded
from ntm_rules.model.facts import Fact
from ntm_rules.model.kept import kept
from ntm_rules.model.rulesets import Ruleset

_SHORT = 2
"""Words of fewer letters say nothing of a fact."""


@kept
def _texts(ruleset: Ruleset) -> Mapping[str, str]:
    """Return for each fact that a set reads the words by which it is found, without diacritics."""
    numbers = ruleset.numbers_by_fact
    titles = {i.no: i.title for c in ruleset.criteria for i in c.indicators}
    found: dict[str, str] = {}
    for name, fact in ruleset.inputs().items():
        said = [title for title in (fact.title, *(titles.get(no) for no in numbers.get(name, ()))) if title]
        words = (name, *numbers.get(name, ()), *(title.vi for title in said), *(title.en for title in said))
        found[name] = folded(" ".join(words))
    return found


def facts_with(ruleset: Ruleset, words: Iterable[str]) -> Mapping[str, Fact]:
    """Return the facts that a set reads and that have all of some words, in the order in which it reads them."""
    wanted = [folded(word) for word in words]
    texts = _texts(ruleset)
    return {n: fact for n, fact in ruleset.inputs().items() if all(word in texts[n] for word in wanted)}


def nearest_facts(ruleset: Ruleset, name: str, most: int = 3) -> tuple[Fact, ...]:
    """Return the facts that have words of a name in common with it, best first: a word that few have says more."""
    words = {word for word in folded(name).split() if len(word) >= _SHORT}
    having = {fact: words & set(text.split()) for fact, text in _texts(ruleset).items()}
    spread = Counter(word for common in having.values() for word in common)
    score = {fact: sum(1 / spread[word] for word in sorted(common)) for fact, common in having.items() if common}
    best = sorted(score, key=lambda fact: -score[fact])[:most]
    return tuple(ruleset.inputs()[fact] for fact in best)
