"""Files of at most 4 MB that would fill the memory, were they read without bounds; one builder each."""

import json
import random
import typing
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MEGA = 2**20
SIZE = 4 * MEGA
"""The most bytes of a file."""

Builder = Callable[[Path], Path]
BOMBS: dict[str, Builder] = {}


def bomb(builder: Builder) -> Builder:
    BOMBS[builder.__name__] = builder
    return builder


def text(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def fill(unit: str, around: tuple[str, str] = ("", "")) -> str:
    """The unit so often that the file has its size."""
    return around[0] + unit * ((SIZE - 2 * len("".join(around))) // len(unit.encode())) + around[1]


# -- texts -------------------------------------------------------------------------------------


@bomb
def csv_of_one_line(folder: Path) -> Path:
    return text(folder, "u.csv", fill("A"))


@bomb
def csv_of_cells_without_end(folder: Path) -> Path:
    return text(folder, "u.csv", fill('"\n",', ("unit,income_per_capita\nA,", "1\n")))


@bomb
def csv_of_many_columns(folder: Path) -> Path:
    return text(folder, "u.csv", "\n".join(["unit," + ",".join(f"a{n}" for n in range(MEGA // 8))] * 4))


@bomb
def csv_of_many_units(folder: Path) -> Path:
    return text(folder, "u.csv", "unit,income_per_capita\n" + "".join(f"{n},\n" for n in range(SIZE // 9)))


@bomb
def csv_of_bad_cells(folder: Path) -> Path:
    return text(folder, "u.csv", "unit,income_per_capita\n" + "".join(f"{n},{'?' * 100_000}\n" for n in range(40)))


@bomb
def csv_of_zeros(folder: Path) -> Path:
    path = folder / "u.csv"
    with path.open("wb") as file:
        file.write(b"unit,income_per_capita\n" + b"A" * 2000)
        file.truncate(40 * 2**30)  # which takes no room on the disk
    return path


@bomb
def json_of_deep_lists(folder: Path) -> Path:
    return text(folder, "u.json", "[" * (SIZE // 2) + "]" * (SIZE // 2))


@bomb
def json_of_many_lists(folder: Path) -> Path:
    return text(folder, "u.json", fill("[],", ("[", "[]]")))


@bomb
def json_of_deep_values(folder: Path) -> Path:
    deep = "[" * 900 + "]" * 900
    return text(folder, "u.jsonl", fill(f'{{"unit":"A","income_per_capita":{deep}}}\n'))


@bomb
def json_of_many_keys(folder: Path) -> Path:
    keys = ",".join(f'"k{n}":1' for n in range(SIZE // 12))
    return text(folder, "u.json", f'[{{"unit":"A",{keys}}}]')


@bomb
def json_of_a_long_text(folder: Path) -> Path:
    return text(folder, "u.json", json.dumps([{"unit": "A" * (SIZE - 100)}]))


@bomb
def json_of_a_long_number(folder: Path) -> Path:
    return text(folder, "u.json", fill("9", ('[{"unit":"A","income_per_capita":', "}]")))


@bomb
def json_of_many_units(folder: Path) -> Path:
    rows = ",".join(f'{{"unit":"{n}","income_per_capita":1}}' for n in range(SIZE // 42))
    return text(folder, "u.json", f"[{rows}]")


# -- Excel -------------------------------------------------------------------------------------

_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<row r="1"><c t="str"><v>unit</v></c><c t="str"><v>income_per_capita</v></c></row>'


def relations(*found: tuple[str, str]) -> str:
    items = "".join(
        f'<Relationship Id="r{n}" Type="{_RELATIONS}/{kind}" Target="{name}"/>' for n, (kind, name) in enumerate(found)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{items}</Relationships>'
    )


def workbook(folder: Path, rows: Iterator[str], before: str = "", **parts: Iterator[str]) -> Path:
    """A workbook whose parts are written as they come."""
    path = folder / "u.xlsx"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
        book.writestr("[Content_Types].xml", _TYPES)
        book.writestr("_rels/.rels", relations(("officeDocument", "xl/workbook.xml")))
        others = tuple((kind, f"{kind}.xml") for kind in parts)
        book.writestr("xl/_rels/workbook.xml.rels", relations(("worksheet", "sheet.xml"), *others))
        sheets = f'<sheets xmlns:r="{_RELATIONS}"><sheet name="S" sheetId="1" r:id="r0"/></sheets>'
        book.writestr("xl/workbook.xml", f'<workbook xmlns="{main}">{sheets}</workbook>')
        for kind, content in parts.items():
            with book.open(f"xl/{kind}.xml", "w", force_zip64=True) as part:
                write(part, content)
        with book.open("xl/sheet.xml", "w", force_zip64=True) as part:
            part.write(f'<worksheet xmlns="{main}">{before}<sheetData>{_HEAD}'.encode())
            write(part, rows)
            part.write(b"</sheetData></worksheet>")
    return path


def write(part: typing.IO[bytes], content: Iterator[str], ratio: int = 95) -> None:
    """Write what comes, and noise, so that the part is packed to a *ratio*-th."""
    noise = random.Random(1)
    for piece in content:
        data = piece.encode()
        part.write(data)
        if ratio and len(data) > 10_000 and data.endswith(b">"):
            part.write(f"<!--{noise.randbytes(len(data) // ratio).hex()}-->".encode())


@bomb
def xlsx_of_a_long_cell(folder: Path) -> Path:
    def rows() -> Iterator[str]:
        yield '<row><c t="str"><v>'
        yield from ("A" * MEGA for _ in range(600))
        yield "</v></c></row>"

    return workbook(folder, rows())


@bomb
def xlsx_of_a_long_attribute(folder: Path) -> Path:
    def rows() -> Iterator[str]:
        yield '<row x="'
        yield from ("A" * MEGA for _ in range(300))
        yield '"/>'

    return workbook(folder, rows())


@bomb
def xlsx_of_many_rows(folder: Path) -> Path:
    return workbook(folder, ('<row ht="1" spans="1:2" x="abc"></row>' * 2**14 for _ in range(2**6 + 1)))


@bomb
def xlsx_of_many_units(folder: Path) -> Path:
    unit = "\U0001f33e" * 25

    def rows() -> Iterator[str]:
        for n in range(0, 3 * 2**18, 2**10):
            yield "".join(f'<row><c t="str"><v>{n + m}{unit}</v></c></row>' for m in range(2**10))

    return workbook(folder, rows())


@bomb
def xlsx_of_long_rows(folder: Path) -> Path:
    cells = '<c t="str"><v>' + "A" * 30_000 + "\U0001f33e</v></c>"
    return workbook(folder, (f"<row>{cells * 30}</row>" for _ in range(100)))


@bomb
def xlsx_of_many_texts(folder: Path) -> Path:
    def texts() -> Iterator[str]:
        yield "<sst>"
        yield from ("<si><t>ab</t></si>" * 2**14 for _ in range(200))
        yield "</sst>"

    return workbook(folder, iter(()), sharedStrings=texts())


@bomb
def xlsx_of_many_styles(folder: Path) -> Path:
    def styles() -> Iterator[str]:
        yield "<s><cellXfs>"
        yield from ("<xf/>" * 2**14 for _ in range(190))
        yield "</cellXfs></s>"

    return workbook(folder, iter(()), styles=styles())


@bomb
def xlsx_of_many_formats(folder: Path) -> Path:
    def styles() -> Iterator[str]:
        yield "<s>"
        yield from (f'<numFmt numFmtId="{n}" formatCode="{n}"/>' for n in range(320_000))
        yield "</s>"

    return workbook(folder, iter(()), styles=styles())


@bomb
def xlsx_of_many_merges(folder: Path) -> Path:
    return workbook(folder, ('<mergeCell ref="A2:B3"/>' * 2**14 for _ in range(2**8)))


@bomb
def xlsx_of_hidden_rows(folder: Path) -> Path:
    return workbook(folder, ('<row hidden="1"/><row/>' * 2**14 for _ in range(2**5 - 1)))


@bomb
def xlsx_of_many_facts(folder: Path) -> Path:
    row = '<row><c t="str"><v>{}</v></c>' + "<c><v>.25</v></c>" + "</row>"
    return workbook(folder, ("".join(row.format(n + m) for m in range(2**10)) for n in range(0, 2**18, 2**10)))


@bomb
def xlsx_of_a_merged_sheet(folder: Path) -> Path:
    return workbook(
        folder,
        (f'<row><c t="str"><v>{n}</v></c></row>' for n in range(10_000)),
        '<mergeCells><mergeCell ref="B2:XFD1048576"/></mergeCells>',
    )


@bomb
def xlsx_of_entities(folder: Path) -> Path:
    path = workbook(folder, iter(()))
    with zipfile.ZipFile(path, "a") as book:
        entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
        text = f'<!DOCTYPE w [<!ENTITY e0 "A">{entities}]><worksheet><v>&e11;</v></worksheet>'
        book.writestr("xl/other.xml", text)
    data = path.read_bytes().replace(b"xl/sheet.xml", b"xl/shee-.xml").replace(b"xl/other.xml", b"xl/sheet.xml")
    path.write_bytes(data)
    return path


@bomb
def xlsx_packed_with_lzma(folder: Path) -> Path:
    path = workbook(folder, iter(()))
    with zipfile.ZipFile(path) as old:
        held = {info.filename: old.read(info) for info in old.infolist()}
    held["xl/_rels/workbook.xml.rels"] = relations(("worksheet", "sheet.xml"), ("styles", "styles.xml")).encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, data in held.items():
            new.writestr(name, data)
        info = zipfile.ZipInfo("xl/styles.xml")
        info.compress_type = zipfile.ZIP_LZMA
        with new.open(info, "w", force_zip64=True) as part:
            write(part, (" " * MEGA for _ in range(300)))
    return path


# -- Parquet -----------------------------------------------------------------------------------


def parquet(folder: Path, columns: dict[str, typing.Any], **options: typing.Any) -> Path:
    path = folder / "u.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def repeated(value: object, count: int, kind: pa.DataType | None = None) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([value], kind))


@bomb
def parquet_of_many_rows(folder: Path) -> Path:
    path = folder / "u.parquet"
    unit = pa.DictionaryArray.from_arrays(pa.nulls(2**20, pa.int32()).fill_null(0), pa.array(["A"]))
    with pq.ParquetWriter(path, pa.schema({"unit": unit.type})) as writer:
        for _ in range(200):
            writer.write_table(pa.table({"unit": unit}))
    return path


@bomb
def parquet_of_one_long_text(folder: Path) -> Path:
    return parquet(folder, {"unit": repeated("A" * (MEGA - 1), 2**18)}, compression="zstd")


@bomb
def parquet_of_a_large_page(folder: Path) -> Path:
    texts = pa.array(["A" * MEGA] * 400)
    return parquet(folder, {"unit": texts}, compression="zstd", use_dictionary=False, data_page_size=2**30)


@bomb
def parquet_of_many_columns(folder: Path) -> Path:
    columns = {"unit": ["A"] * 2**17, **{f"c{n}": repeated("A" * 10, 2**17) for n in range(200)}}
    return parquet(folder, columns)


@bomb
def parquet_of_prefixes(folder: Path) -> Path:
    texts = [f"{'A' * MEGA}{n}" for n in range(600)]
    options = {"use_dictionary": False, "column_encoding": {"unit": "DELTA_BYTE_ARRAY"}, "compression": "zstd"}
    return parquet(folder, {"unit": texts}, data_page_size=2**31 - 1, write_batch_size=2000, **options)


@bomb
def parquet_of_lists(folder: Path) -> Path:
    lists = pa.array([[0] * 50_000_000], pa.list_(pa.int8()))
    return parquet(folder, {"unit": ["A"], "kept": lists}, compression="zstd")


@bomb
def parquet_of_fixed_bytes(folder: Path) -> Path:
    path, kept = folder / "u.parquet", repeated(b"A" * 2**16, 2**11, pa.binary(2**16)).cast(pa.binary(2**16))
    with pq.ParquetWriter(path, pa.schema({"unit": pa.string(), "kept": kept.type}), compression="zstd") as writer:
        for start in range(0, 2**16, 2**11):
            writer.write_table(pa.table({"unit": [str(start + n) for n in range(2**11)], "kept": kept}))
    return path


@bomb
def parquet_of_a_dictionary_that_claims(folder: Path) -> Path:
    """The header of its dictionary says that it has 2 ** 30 values."""
    path = parquet(folder, {"unit": ["AAAA", "BBBB"]}, compression="none", write_statistics=False)
    data = path.read_bytes()
    place = data.index(b"\x15\x04\x15\x00", 4)  # field 1 of the dictionary's header: 2 values, encoding PLAIN
    claimed = data[:place] + b"\x15\x80\x80\x80\x80\x08\x15\x00" + data[place + 4 :]
    return text(folder, "u.parquet", claimed)


@bomb
def parquet_of_a_page_that_claims(folder: Path) -> Path:
    """Its first page says that it becomes 2 ** 30 bytes."""
    path = parquet(folder, {"unit": [f"{n:08d}" for n in range(4)]}, compression="zstd", write_statistics=False)
    data = path.read_bytes()
    size = data[7:]  # after the magic and the type of the page: field 2
    end = next(n for n, byte in enumerate(size) if byte < 128) + 1
    return text(folder, "u.parquet", data[:7] + b"\x80\x80\x80\x80\x08" + size[end:])


@bomb
def parquet_of_a_page_just_within_the_bound(folder: Path) -> Path:
    """It is read; the page of what is kept is as large as a page may be."""
    texts = pa.array([f"{n}{'A' * (MEGA - 10)}" for n in range(80)])
    options = {"compression": "zstd", "use_dictionary": False, "data_page_size": 2**30}
    return parquet(folder, {"unit": [str(n) for n in range(80)], "kept": texts}, **options)
