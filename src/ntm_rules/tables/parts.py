"""The parts of an Excel file, which is a zip of XML: read as a stream, and refused before they fill the memory."""

import posixpath
import typing
import zipfile
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from attrs import field, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.tables.rows import MAX_LINE, Problems

MAX_BYTES = 2**32
"""The most that a sheet may hold once it is unpacked."""
MAX_TEXTS = 2**26
"""The most that the texts of the cells may hold, which are kept in memory."""
MAX_PART = 2**24
"""The most that any other part may hold."""
MAX_RATIO = 100
"""How many times its packed size a part that is larger than ``MAX_PART`` may have; sheets have ten to thirty times."""

_CHUNK = 2**16
_HEAD = 2**10
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What Excel writes; with other methods a few bytes are unpacked to gigabytes at once."""

Attributes = Mapping[str, str]
Element = tuple[str, Attributes | None, str]
"""Name and attributes of a tag that opens; or name, None and the text before it, of one that closes."""


class Damaged(Exception):  # noqa: N818 - never leaves the room
    """A workbook that does not keep to the form."""


@frozen
class Parts:
    """The parts of an open Excel file."""

    zip: zipfile.ZipFile
    problems: Problems
    sizes: Mapping[str, zipfile.ZipInfo] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "sizes", {part.filename: part for part in self.zip.infolist()})

    def __contains__(self, name: str) -> bool:
        return name in self.sizes

    def is_xml(self, name: str) -> bool:
        """Whether a part is a text in XML, and not a picture or the like, whatever its name says."""
        if self.sizes[name].compress_type not in _PACKED:
            raise Damaged(name)
        with self.zip.open(name) as file:
            head = file.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")
        return head.startswith((b"<", b"\xff\xfe", b"\xfe\xff", b"\0<"))

    def targets(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Yield what a part refers to, the whole file if it has no name: id, kind and name of each other part."""
        folder, name = posixpath.split(part)
        for tag, attributes, _ in self.elements(posixpath.join(folder, "_rels", f"{name}.rels"), MAX_PART):
            if tag == "Relationship" and attributes and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
                yield attributes["Id"], attributes["Type"].rpartition("/")[2], target

    def elements(self, name: str, most: int) -> Iterator[Element]:
        """Yield the tags of a part.

        Args:
            most: bytes that it may hold.

        Raises:
            TableError: it holds more, or a tag or text of it is too long.
            Damaged: it is not there, or not XML as Excel writes it.
        """
        part = self.sizes.get(name)
        if part is None or part.compress_type not in _PACKED:
            raise Damaged(name)
        if part.file_size > min(most, max(MAX_PART, MAX_RATIO * part.compress_size)):
            self.problems.fail(Message("table.size/workbook"), 1)
        with self.zip.open(part) as file:
            yield from _elements(file, self.problems)


def _elements(file: typing.IO[bytes], problems: Problems) -> Iterator[Element]:
    found: list[Element] = []
    texts: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        texts.clear()
        found.append((name.rpartition(" ")[2], attributes, ""))

    def end(name: str) -> None:
        found.append((name.rpartition(" ")[2], None, "".join(texts)))
        texts.clear()

    def data(text: str) -> None:
        texts.append(text)

    def doctype(*_: object) -> None:
        raise Damaged("DOCTYPE")  # which no workbook has; it could hold texts that refer to themselves

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = data, doctype
    read = 0
    while chunk := file.read(_CHUNK):
        parser.Parse(chunk)
        read += len(chunk)
        # a tag is held until it is whole, a text until its tag closes
        if read - parser.CurrentByteIndex > MAX_LINE or sum(map(len, texts)) > MAX_LINE:
            problems.fail(Message("table.line", most=MAX_LINE), parser.CurrentLineNumber)
        yield from found
        found.clear()
    parser.Parse(b"", True)
    yield from found
