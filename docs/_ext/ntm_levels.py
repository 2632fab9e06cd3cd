"""The page of a level: every ruleset of it, read off the library while the documentation is built."""

from collections import Counter
from collections.abc import Iterator

from attrs import evolve
from docutils import nodes
from ntm_tables import literal, table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import ntm_rules as ntm
from ntm_rules.check.compositions import layers_of_province
from ntm_rules.cli.heading import layer_words, province_name, span_words
from ntm_rules.model.walk import cells
from ntm_rules.words.sheet import Row, rows

LANG = "en"


class LevelRulesets(SphinxDirective):
    """Every bundled ruleset of a level: the national sets, then those that provinces have of their own."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A section a set."""
        self.env.note_reread()
        library = ntm.Library.bundled()
        level = self.arguments[0]
        found: list[nodes.Node] = [
            _section(library, composed, tuple(_overlays(library, composed)))
            for composed in _national(library)
            if _level(composed.id) == level
        ]
        found += [_section(library, composed, ()) for composed in _own(library) if _level(composed.id) == level]
        unwritten = [
            (ruleset, province.title.text(LANG))
            for province in library.registry.provinces
            for ruleset in province.unwritten
            if _level(ruleset) == level
        ]
        if unwritten:
            listed = nodes.bullet_list("", *(_item(ruleset, title) for ruleset, title in sorted(unwritten)))
            found.append(_titled("known-and-not-found", "Known to exist, not found", [listed]))
        if not found:
            raise self.error(f"no ruleset of the level `{level}` is bundled")
        return found


def _level(ruleset: str) -> str:
    return ruleset.partition("/")[0]


# -- sets ----------------------------------------------------------------------------------------


def _national(library: ntm.Library) -> Iterator[ntm.Ruleset]:
    """Each national set as it stands on its last day, with every amendment; the newest period first."""
    for ruleset, period in sorted(library.rulesets(), key=lambda pair: (pair[0], -int(pair[1][:4]))):
        start, end = library.span(ruleset, period)
        yield library.compose(ruleset, on=end or start, period=period)


def _own(library: ntm.Library) -> Iterator[ntm.Ruleset]:
    """Each set of a province's own on every day on which its base or an amendment begins."""
    for ruleset, period, province in library.own_rulesets():
        for on in library.dates(ruleset, period, province):
            composed = library.compose(ruleset, on=on, period=period, province=province)
            if composed.layers[0].kind.value == "own":
                yield composed


def _overlays(library: ntm.Library, ruleset: ntm.Ruleset) -> Iterator[str]:
    """Who has an overlay on a national set, by which instrument, from when."""
    for target, period, province in library.overlays():
        if (target, period) == (ruleset.id, ruleset.period):
            for layer in layers_of_province(library, target, period, province):
                if layer.kind.value == "overlay":
                    words = f"{layer_words(layer, LANG)}, {span_words(layer, LANG)}"
                    yield f"{province_name(library, province, LANG)}: {words}"


# -- nodes ---------------------------------------------------------------------------------------


def _section(library: ntm.Library, ruleset: ntm.Ruleset, overlays: tuple[str, ...]) -> nodes.section:
    """A set with its instruments, what is known of it, and its table."""
    title = ruleset.title.text(LANG) if ruleset.title else ruleset.id
    parts = [ruleset.id, ruleset.period, *([ruleset.province] if ruleset.province else [])]
    counts = Counter(ref.cell.level for ref in cells(ruleset))
    share = f"{counts['pending']} of {counts.total()} ({100 * counts['pending'] // max(counts.total(), 1)} %)"
    counted = sum(criterion.counted for criterion in ruleset.criteria)
    facts = [
        ("Id", [literal(ruleset.id)]),
        ("Period", [nodes.Text(ruleset.period)]),
        *([("Province", [nodes.Text(province_name(library, ruleset.province, LANG))])] if ruleset.province else []),
        ("In force", [nodes.Text(span_words(ruleset.layers[0], LANG))]),
        ("Instruments", [nodes.Text("; ".join(layer_words(layer, LANG) for layer in ruleset.layers))]),
        ("Criteria, indicators", [nodes.Text(f"{counted}, {sum(len(c.indicators) for c in ruleset.criteria)}")]),
        ("Cells pending", [nodes.Text(share)]),
        ("Overlays", [nodes.Text("; ".join(overlays) or "none")]),
    ]
    if ruleset.layers[0].kind.value == "own":
        facts.pop()
    fields = nodes.field_list("", *(_field(name, value) for name, value in facts))
    head = ("no", "title", "asked", "evidence", "instrument")
    every_year = evolve(ruleset, bindings=tuple(b for b in ruleset.bindings if b[0] != "year"))
    pairs = zip(rows(every_year, "vi"), rows(every_year, LANG), strict=True)
    sheet = table(head, (_row(vi, en) for vi, en in pairs), (8, 40, 28, 12, 12))
    name = "-".join((*parts, *([str(ruleset.on)] if ruleset.province else []))).replace("/", "-")
    return _titled(name, f"{title} ({', '.join(parts)})", [fields, sheet])


def _row(vi: Row, en: Row) -> tuple[list[nodes.Node], ...]:
    """One row; the titles of criteria and indicators in both languages."""
    both = [vi.title, en.title] if en.kind in ("criterion", "indicator", "derived", "grade") else [en.title]
    lines = [nodes.line("", text) for text in dict.fromkeys(both) if text]
    title = [nodes.line_block("", *lines)] if lines else []
    strong = en.kind in ("criterion", "grade")
    no = [nodes.strong("", en.no)] if strong and en.no else [nodes.Text(en.no)]
    return (no, title, [nodes.Text(en.asked)], [nodes.Text(en.evidence)], [nodes.Text(en.blame)])


def _item(ruleset: str, province: str) -> nodes.list_item:
    return nodes.list_item("", nodes.paragraph("", "", literal(ruleset), nodes.Text(f": {province}")))


def _field(name: str, value: list[nodes.Node]) -> nodes.field:
    return nodes.field("", nodes.field_name("", name), nodes.field_body("", nodes.paragraph("", "", *value)))


def _titled(name: str, title: str, content: list[nodes.Node]) -> nodes.section:
    return nodes.section("", nodes.title("", title), *content, ids=[name], names=[name])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("level-rulesets", LevelRulesets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
