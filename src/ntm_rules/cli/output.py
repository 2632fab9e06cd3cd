"""Where results go: standard output, or a file that appears when it is whole."""

import secrets
import shutil
import sys
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FORMS = ("table", "json", "jsonl", "csv", "parquet", "xlsx")
BINARY = ("parquet", "xlsx")


def form_of(out: str) -> str:
    """Return the form that the name of a file asks for; a table where it asks for none."""
    suffix = Path(out).suffix.lower().removeprefix(".")
    return {"ndjson": "jsonl"}.get(suffix, suffix) if suffix in (*FORMS, "ndjson") else "table"


@contextmanager
def text_target(out: str, form: str) -> Iterator[typing.TextIO]:
    """Open standard output for ``-``, else a file; a CSV as Excel reads it.

    Raises:
        OSError: the file cannot be written.
    """
    if out == "-":
        yield sys.stdout
        return
    with replaced(out, "", encoding="utf-8-sig" if form == "csv" else "utf-8") as file:
        yield typing.cast(typing.TextIO, file)


@contextmanager
def replaced(out: str, kind: str = "b", encoding: str | None = None) -> Iterator[typing.IO[typing.Any]]:
    """Yield a file that takes the place of *out* when it is whole, and leaves no trace if something fails.

    Args:
        kind: ``"b"`` for bytes, nothing for texts.

    Raises:
        OSError: it cannot be written.
    """
    target = Path(out).resolve()
    if target.exists() and not target.is_file():  # a device, a pipe
        with target.open("w" + kind, encoding=encoding) as file:
            yield file
        return
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        file = draft.open("x" + kind, encoding=encoding)
    except OSError as error:
        raise OSError(error.errno, error.strerror, out) from None
    try:
        with file:
            yield file
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
