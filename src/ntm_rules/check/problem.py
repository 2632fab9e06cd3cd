"""What a check finds, and the tables in which it looks."""

from collections.abc import Iterable, Iterator

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import Diagnostic, Severity
from ntm_rules.model.conditions import Meets
from ntm_rules.model.rulesets import LayerKind, Ruleset
from ntm_rules.model.thresholds import REST, Table, bound_threshold
from ntm_rules.model.walk import indicators, leaves


@frozen
class ProblemSubject:
    """What a problem is about; with its code it names the problem in an allow file.

    Attributes:
        address: an indicator or a part, a derived fact, a grade, or the days of a gap; empty for the whole set.
        province: whose file it is found in; empty for a national one.
    """

    ruleset: str
    period: str
    address: str
    province: str = ""

    @classmethod
    def of(cls, ruleset: Ruleset, address: str) -> "ProblemSubject":
        """Return the subject at a place in a composed ruleset."""
        own = ruleset.layers[0].kind is LayerKind.OWN
        return cls(ruleset.id, ruleset.period, address, (ruleset.province or "") if own else "")

    def __str__(self) -> str:
        return " ".join((self.ruleset, self.period, *((self.province,) if self.province else ())))


@public("check")
@frozen
class Problem:
    """Something that a check found, with its subject."""

    subject: ProblemSubject
    diagnostic: Diagnostic


def problem(ruleset: Ruleset, address: str, message: Message, severity: Severity = Severity.WARNING) -> Problem:
    """Return a problem in a composed ruleset, without a place yet."""
    subject = ProblemSubject.of(ruleset, address)
    return Problem(subject, diagnosed(str(subject), message, severity))


def diagnosed(
    where: Sentence, message: Message, severity: Severity = Severity.WARNING, hint: Sentence = ""
) -> Diagnostic:
    """Return a diagnostic without a place, which names the set that it is about.

    Args:
        hint: another one than that of the catalogues.
    """
    whole = Message("check.about", where=where, what=message)
    return Diagnostic(message.code.partition("/")[0], whole, severity, hint=hint or message.hint or "")


def tables(ruleset: Ruleset) -> Iterator[tuple[str, Table]]:
    """Yield every table of the requirements with its address."""
    for _, indicator in indicators(ruleset):
        for condition in (indicator.applies_if, indicator.require):
            for address, leaf in leaves(condition, indicator.no) if condition is not None else ():
                threshold = None if isinstance(leaf, Meets) else bound_threshold(leaf.threshold)
                if isinstance(threshold, Table):
                    yield address, threshold


def without_cells(table: Table, years: Iterable[str]) -> list[str]:
    """Return those of the years for which a table has no cell in any column."""
    if "year" not in table.by:
        return []
    printed = {key[table.by.index("year")] for key, _ in table.cells}
    return [] if REST in printed else sorted(set(years) - printed)
