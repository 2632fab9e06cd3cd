"""Tables of the keys of rule files, read off the package while the documentation is built."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import assert_never

from docutils import nodes
from ntm_tables import literal, table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ntm_rules.rules.keys.files import FORMATS
from ntm_rules.rules.keys.kinds import Again, ByKey, Choice, Key, Keys, Kind, ListOf, OneOf, Plain, named

NAMED = named(chain.from_iterable(files.files.values() for files in FORMATS))
WIDTHS = (14, 12, 20, 26, 26, 5)


class KeyTables(SphinxDirective):
    """The tables of the kinds of mappings that are named, in the order in which they are named."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """For each a line that says what it is, and its table."""
        self.env.note_reread()
        names = self.arguments[0].split()
        if unknown := [name for name in names if name not in NAMED]:
            raise self.error(f"no kind of mapping is named {', '.join(unknown)}")
        return [node for name in names for node in _described(NAMED[name])]


def _described(kind: Keys | OneOf) -> Iterator[nodes.Node]:
    anchor = _anchor(kind.name)
    words = [nodes.strong("", _shown(kind.name)), nodes.Text(": "), *_text(kind.en), nodes.Text(" "), *_text(kind.vi)]
    yield nodes.paragraph("", "", *words, ids=[anchor], names=[anchor])
    if isinstance(kind, OneOf):
        forms = ((_words(each), _meaning(each, "en"), _meaning(each, "vi")) for each in kind.kinds)
        yield table(("one of", "meaning", "ý nghĩa"), forms, (30, 35, 35))
    else:
        head = ("key", "needed", "value", "meaning", "ý nghĩa", "since")
        yield table(head, (_row(kind, key) for key in kind.keys), WIDTHS)


def _row(keys: Keys, key: Key) -> tuple[list[nodes.Node], ...]:
    return (
        [literal(key.name)],
        _needed(keys, key),
        _words(key.kind),
        _text(key.en),
        _text(key.vi),
        [nodes.Text(key.since)],
    )


def _needed(keys: Keys, key: Key) -> list[nodes.Node]:
    """Whether the key has to be there, and beside which."""
    group = next((group for group in keys.exactly_one if key.name in group), ())
    if group:
        between = " or " if len(group) == 2 else " … "
        return [nodes.Text("one of "), literal(group[0]), nodes.Text(between), literal(group[-1])]
    if key.beside:
        return [nodes.Text("with " if key.required else "only with "), literal(key.beside)]
    return [nodes.Text("yes" if key.required else "")]


def _words(kind: Kind) -> list[nodes.Node]:
    """What may stand there; what has a table of its own is a link."""
    match kind:
        case Plain():
            return [nodes.Text(kind.name)]
        case Choice():
            return _joined([[literal(word)] for word in kind.words], " | ")
        case ListOf():
            return [nodes.Text("list of "), *_words(kind.item)]
        case ByKey():
            return [nodes.Text(f"by {kind.key}: "), *_words(kind.value)]
        case OneOf() if not kind.name:
            return _joined([_words(each) for each in kind.kinds], ", or ")
        case OneOf() | Keys() | Again():
            return [nodes.reference("", _shown(kind.name), internal=True, refid=_anchor(kind.name))]
        case _:
            assert_never(kind)


def _joined(parts: Iterable[list[nodes.Node]], between: str) -> list[nodes.Node]:
    return [node for part in parts for node in (nodes.Text(between), *part)][1:]


def _meaning(kind: Kind, lang: str) -> list[nodes.Node]:
    if not isinstance(kind, Keys | OneOf):
        return []
    return _text(kind.en if lang == "en" else kind.vi)


def _text(text: str) -> list[nodes.Node]:
    """A text in which what stands in backticks is code."""
    return [literal(part) if n % 2 else nodes.Text(part) for n, part in enumerate(text.split("`")) if part]


def _shown(name: str) -> str:
    return name.replace("-", " ")


def _anchor(name: str) -> str:
    return f"keys-{name}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("keys", KeyTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
