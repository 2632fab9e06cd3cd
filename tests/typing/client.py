"""A typed program over every public call: what a type checker in strict mode says of it is what an integrator sees.

It is checked (`nox -s types`), not run: the functions take what they need. Nothing but the public interface is used.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import ntm_rules as ntm

ON = dt.date(2024, 7, 2)


def compose(folder: Path) -> ntm.Ruleset:
    library = ntm.Library.load(folder)
    names: tuple[tuple[str, str], ...] = ntm.Library.bundled().rulesets()
    catalogue: Mapping[str, ntm.law.Fact] = library.facts
    ruleset = library.compose(names[0][0], on=ON, year=2024, province="lang-son", overlay={"overlay": "commune/ntm"})
    first: ntm.law.Criterion = ruleset.criteria[0]
    indicator: ntm.law.Indicator = first.indicators[0]
    condition: ntm.law.Condition = indicator.require
    layers: tuple[ntm.law.Layer, ...] = ruleset.layers
    grades: tuple[ntm.law.Grade, ...] = ruleset.grades
    warnings: tuple[ntm.messages.Diagnostic, ...] = ruleset.diagnostics
    errors = [d for d in warnings if d.severity is ntm.messages.Severity.ERROR]
    print(catalogue, condition, layers, grades, errors, ruleset.fact_by_id, ruleset.derived_by_id, ruleset.inputs())
    plan: ntm.law.Plan = library.plan("lang-son@2021")
    rule: ntm.law.MergerRule | None = library.merger_rule("ca-mau")
    print(plan.figures, rule, ruleset.content_hash)
    return ruleset.with_minimum_evidence("secondary")


def assess(ruleset: ntm.Ruleset) -> ntm.Verdict:
    facts: dict[str, object] = {"income_per_capita": 43.2, "roads": {"value": 80, "source": "báo cáo"}}
    plain: dict[str, float] = {"income_per_capita": 43.2}
    ntm.assess(ruleset, plain, "Cao Lâu")
    verdict = ntm.assess(ruleset, facts, unit="Cao Lâu")
    outcome: ntm.Outcome = verdict.outcome
    criterion: ntm.results.CriterionResult = verdict.criteria["10"]
    indicator: ntm.results.IndicatorResult = verdict.indicators["10"]
    tree: ntm.results.Evaluated = indicator.tree
    leaf: ntm.results.LeafResult | None = indicator.single
    columns: tuple[ntm.results.Column, ...] = indicator.columns
    codes: tuple[ntm.ReasonCode, ...] = criterion.codes
    reasons: tuple[ntm.results.Reason, ...] = verdict.reasons()
    notes: Mapping[str, ntm.results.Annotation] = verdict.annotations
    prerequisite: ntm.results.RulesetResult | None = leaf.prerequisite if leaf else None
    evidence: ntm.Evidence | None = leaf.cell.evidence if leaf and leaf.cell else None
    citation: ntm.law.Citation = indicator.citation
    grade: ntm.law.Grade | None = verdict.grade
    print(outcome.satisfied, tree.outcome, columns, codes, notes, prerequisite, evidence, citation, grade)
    print([reason.text("vi") for reason in reasons], verdict.to_json(), verdict.to_dict(), verdict.by_grade)
    return verdict.with_facts({"income_per_capita": None})


def refuse(library: ntm.Library, ruleset: ntm.Ruleset) -> None:
    try:
        library.compose("commune/ntm", on=ON, province="Lạng Sơn", expect_hash="ntm1:")
        ntm.assess(ruleset, {"income_per_capita": "43,2"})
    except ntm.FactError as error:
        problems: tuple[ntm.messages.FactProblem, ...] = error.problems
        print(error.unit, error.fact, error.value, error.expected, problems)
    except (ntm.RulesetError, ntm.TableError) as error:
        print([(d.file, d.line, d.column, d.code, d.message, d.hint) for d in error.diagnostics])
    except (ntm.UnknownName, ntm.AmbiguousName) as error:
        print(error.kind, error.name)
    except (ntm.NotInForce, ntm.EngineUnavailable) as error:
        print(error)
    except ntm.NtmRulesError as error:
        print(error)


def many(library: ntm.Library, ruleset: ntm.Ruleset, frame: object, row: Mapping[str, object]) -> None:
    ntm.frames.assess(ruleset, frame, shape="long", unit_column="code", keep=["name"], on_bad="mark")
    ntm.frames.assess_mixed(library, frame, tier="tier", on="day", year="year", province="province")
    text: str = ntm.frames.to_sql(ruleset, "postgres", table="communes", unit_column="code")
    words: str = ntm.frames.word(ruleset, row, "en")
    missing: type[Warning] = ntm.frames.MissingColumns
    print(text, words, missing)


def files(library: ntm.Library, path: Path) -> Sequence[ntm.tables.UnitFacts]:
    return list(ntm.tables.read(path, library.facts, unit_column="xã", keep=["huyện"], decimal="comma"))


def spoiled(library: ntm.Library, ruleset: ntm.Ruleset, path: Path) -> Sequence[ntm.messages.FactProblem]:
    found: list[ntm.messages.FactProblem] = []
    for row in ntm.tables.read(path, library.facts, on_bad="mark"):
        verdict = ntm.assess(ruleset, row.facts, row.unit, on_bad="mark", bad=row.bad)
        names: frozenset[str] = verdict.bad_facts
        print(names, row.columns)
        found.extend(verdict.bad)
    return found


def live(ruleset: ntm.Ruleset) -> None:
    def heard(event: ntm.live.Event) -> None:
        level: ntm.live.Level = event.level
        reason: ntm.live.EventReason = event.reason
        print(level, event.no, event.old, event.new, event.facts, reason.text("vi"))

    with ntm.live.Session(ruleset, {"income_per_capita": 43.2}, unit="Cao Lâu") as session:
        stop = session.on_change(heard)
        session.set("income_per_capita", 46)
        session.set_many({"income_per_capita": 47.0})
        session.clear("income_per_capita")
        differences: tuple[ntm.live.OutcomeDifference, ...] = session.restore(session.snapshot())
        failed: tuple[ntm.live.CallbackError, ...] = session.callback_errors
        stop()
        print(session.verdict, session.history(), differences, failed)
    with ntm.live.Board(ruleset, capacity=100) as board:
        board.set("06196", "income_per_capita", 46)
        verdict: ntm.Verdict = board.verdict("06196")
        print(verdict, board.open_sessions)


def hierarchy(library: ntm.Library, verdict: ntm.Verdict) -> None:
    instrument = ntm.law.Instrument("UBND tỉnh", "0000/QĐ-UBND", "2023-01-26")
    act = ntm.law.Act(ntm.law.ActKind.RECOGNISED, "06196", "commune/ntm", instrument, ON)
    units: list[dict[str, object]] = [{"unit": "06196", "level": "commune", "parent": None}]
    facts: dict[str, dict[str, object]] = {"06196": {"income_per_capita": 43.2}}
    found: ntm.levels.Hierarchy = ntm.levels.assess(library, units, facts, on=ON, acts=[act])
    causes: tuple[ntm.levels.Cause, ...] = found.causes("06196", "commune/ntm")
    places: Mapping[str, ntm.levels.Place] = found.places
    members: Iterable[tuple[ntm.levels.Member, ...]] = found.members.values()
    withdrawal: ntm.Verdict = ntm.levels.assess_finding(verdict.ruleset, verdict, {"survey": True})
    reconciled: ntm.levels.Reconciliation = ntm.levels.reconcile(verdict, [act], withdrawal=withdrawal)
    agreement: ntm.levels.Agreement = reconciled.agreement
    print([line for cause in causes for line in cause.lines("vi")], places, members, agreement, reconciled.text("vi"))


def mergers(library: ntm.Library, acts: Iterable[ntm.law.Act]) -> None:
    register = ntm.units.Units.load().on(ON)
    unit: ntm.units.Unit = register.find("Cao Lâu", level="commune")
    parts: tuple[ntm.units.Part, ...] = register.predecessors(unit)
    merged: ntm.units.Merged = ntm.units.merge(library, {"A": {"households": 3}, "B": {"households": 4}}, of=parts)
    gaps: tuple[ntm.units.NotMerged, ...] = merged.missing
    rule = ntm.law.MergerRule("ca-mau", ntm.law.MergerPolicy.WEAKEST, ON, ntm.Evidence.SECONDARY, "https://example.org")
    after: ntm.units.AfterMerger = ntm.units.recognition_after_merger(
        rule, ["A", "B"], acts, tiers=["commune/ntm", "commune/nang-cao"], on=ON
    )
    print([(gap.fact, gap.why, gap.text("vi")) for gap in gaps], after.tier, after.text("vi"), unit.level)


def programme(
    verdicts: Iterable[ntm.Verdict], old: ntm.Ruleset, new: ntm.Ruleset, rows: Sequence[ntm.tables.UnitFacts]
) -> None:
    records = [ntm.programme.UnitRecord.of_verdict(verdict) for verdict in verdicts]
    progress: ntm.programme.Progress = ntm.programme.progress(records, by=["district"], as_of=ON)
    tiers: tuple[ntm.programme.TierProgress, ...] = progress.tiers
    tally: ntm.programme.Tally = tiers[0].now
    reviewed: ntm.programme.Rereview = ntm.programme.rereview(old, new, rows)
    units: tuple[ntm.programme.ReviewedUnit, ...] = reviewed.units
    transition: ntm.programme.Transition = units[0].transition
    print(tally, transition, progress.to_dict(), reviewed.to_dict())


def compare(old: ntm.Ruleset, new: ntm.Ruleset, rows: Iterable[ntm.tables.UnitFacts]) -> None:
    difference: ntm.difference.Difference = ntm.difference.diff(old, new)
    change: ntm.difference.Change = difference.changes[0]
    direction: ntm.difference.Kind = change.direction
    witnesses: tuple[ntm.difference.Witness, ...] = change.witnesses
    turned: list[ntm.difference.UnitDifference] = list(difference.on_units(rows))
    print(difference.text("vi"), direction, witnesses, turned)


def prove(ruleset: ntm.Ruleset, other: ntm.Ruleset, path: Path) -> None:
    limits = ntm.proofs.Limits(total=10)
    proofs: Sequence[ntm.proofs.Proof] = ntm.proofs.prove(ruleset, base=other, limits=limits)
    refuted = [proof for proof in proofs if proof.status is ntm.proofs.Status.REFUTED]
    related = (f(ruleset, other) for f in (ntm.proofs.implies, ntm.proofs.disjoint, ntm.proofs.equivalent))
    report: ntm.check.Report = ntm.check.check(ntm.check.Folder.read(path), proofs=False)
    linted: tuple[ntm.check.Problem, ...] = ntm.check.lint(ruleset)
    print(refuted, [proof.kind for proof in related], report.failed, linted)


def properties(library: ntm.Library, ruleset: ntm.Ruleset, verdicts: Iterable[ntm.Verdict]) -> None:
    communes = (ntm.testing.facts(ruleset), ntm.testing.passing_facts(ruleset), ntm.testing.nearly_passing(ruleset, 2))
    made = (ntm.testing.rulesets(), ntm.testing.overlays(ruleset), ntm.testing.changes(ruleset))
    subject = ntm.testing.Subject(ruleset, library)
    laws: Sequence[ntm.testing.Law] = ntm.testing.LAWS
    for law in laws:
        ntm.testing.prove(law, subject)
    covered: ntm.testing.Coverage = ntm.testing.coverage([ruleset], verdicts)
    print(communes, made, covered)
