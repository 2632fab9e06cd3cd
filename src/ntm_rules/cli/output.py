"""The one door for results: standard output, or a file that takes the place of another one when it is whole."""

import errno
import io
import json
import os
import secrets
import shutil
import signal
import stat
import sys
import tempfile
import threading
import typing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from ntm_rules.cli.exit_codes import CLOSED_PIPE
from ntm_rules.cli.language import in_error_lang
from ntm_rules.messages.catalogue import Message, Sentence, is_known
from ntm_rules.messages.errors import NtmRulesError
from ntm_rules.messages.printable import printable

if typing.TYPE_CHECKING:
    from ntm_rules.rules.library import Library

_BINARY = ("parquet", "xlsx")
_OTHER_SUFFIXES = {"htm": "html", "ndjson": "jsonl", "txt": "table"}

F = typing.TypeVar("F", bound=Callable[..., object])


# -- which form, and where ---------------------------------------------------------------------


def output_options(forms: Sequence[str]) -> Callable[[F], F]:
    """``--format`` and ``--out``, as the keyword arguments *form* and *out*."""
    form = click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        help="Form of the output. [default: what the name of --out says, else table]",
    )
    out = click.option(
        "--out", type=click.Path(dir_okay=False), default="-", help="File to write instead of standard output."
    )
    return lambda command: form(out(command))


def form_of(form: str | None, out: str, forms: Sequence[str]) -> str:
    """Return the form asked for, else the one that the name of the file says; a table where the name says none.

    Raises:
        click.UsageError: the name says something that there is not, or the form is for files only.
    """
    suffix = Path(out).suffix.lower().removeprefix(".")
    found = form or _OTHER_SUFFIXES.get(suffix, suffix) or "table"
    if found not in forms:
        known = tuple(f".{form}" for form in forms if form != "table")
        raise click.UsageError(in_error_lang(Message("usage.suffix", file=out, suffixes=known)))
    if found in _BINARY and out == "-":
        raise click.UsageError(in_error_lang(Message("usage.for_file", form=found)))
    return found


def protect_inputs(out: str, library: "Library") -> None:
    """Refuse to write over what the command reads: the files among its arguments, by whatever name, and rule files.

    Raises:
        click.UsageError: *out* is one of them.
    """
    if out == "-" or not Path(out).is_file():  # there is nothing that could be lost
        return
    target = Path(out).stat()
    context = click.get_current_context()
    given = (*context.params.values(), *context.meta.values())  # some options are kept beside the arguments
    named = (path for value in given for path in (value if isinstance(value, tuple) else (value,)))
    for path in (*named, *(listed.path for listed in library.files)):
        if isinstance(path, Path) and os.path.samestat(path.stat(), target):
            raise click.UsageError(in_error_lang(Message("usage.out_is_input", file=out, input=str(path))))


# -- standard output ---------------------------------------------------------------------------


def open_standard_streams() -> None:
    """Let whatever is printed go through the door, in UTF-8; terminals are left as they are."""
    for name, shown in (("stdout", Message("output.stdout")), ("stderr", Message("output.stderr"))):
        given = getattr(sys, name)
        if given is not None and given.isatty():
            given.reconfigure(errors="backslashreplace")
            continue
        # a stream that was closed before we began: a file that takes no bytes, so that the first one is an error
        place = os.open(os.devnull, os.O_RDONLY) if given is None else given.fileno()
        raw = _Raw(place, shown, closefd=False)
        setattr(sys, name, _text(io.BufferedWriter(raw), "utf-8", line_buffering=name == "stderr"))


def json_text(data: object, indent: int | None = 2) -> str:
    """Return plain JSON types as JSON that can be printed."""
    return printable(json.dumps(data, ensure_ascii=False, indent=indent))


@contextmanager
def text_target(out: str, form: str) -> Iterator[typing.TextIO]:
    """Open standard output for ``-``, else a file; a CSV as Excel reads it.

    Raises:
        NtmRulesError: it cannot be written.
    """
    if out == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    with replaced(out) as file, _text(file, "utf-8-sig" if form == "csv" else "utf-8") as text:
        yield text


@contextmanager
def whole_text() -> Iterator[typing.TextIO]:
    """Yield a text that goes to standard output when it is whole, and not at all if something fails.

    Raises:
        NtmRulesError: it cannot be written.
    """
    with tempfile.TemporaryFile() as file:
        with _text(io.BufferedWriter(_Raw(file.fileno(), tempfile.gettempdir(), closefd=False)), "utf-8") as text:
            yield text
        file.seek(0)
        with io.TextIOWrapper(file, "utf-8", newline="") as whole:
            shutil.copyfileobj(whole, sys.stdout)
        sys.stdout.flush()


# -- files -------------------------------------------------------------------------------------


@contextmanager
def replaced(out: str) -> Iterator[typing.BinaryIO]:
    """Yield a file that takes the place of *out* when it is whole, and leaves no trace if something fails.

    Raises:
        NtmRulesError: it cannot be written.
    """
    given = Path(out)
    if given.exists() and not given.is_file():  # a device, a pipe
        with io.BufferedWriter(_Raw(given, out)) as file:
            yield typing.cast(typing.BinaryIO, file)
        return
    target = given.resolve()
    linked = _to_replace(target, out)
    draft = target.with_name(f".ntm-rules-{secrets.token_hex(8)}")
    with _stopping_in_order():
        try:
            with io.BufferedWriter(_Raw(draft, out, "x")) as file:
                yield typing.cast(typing.BinaryIO, file)
            with _blamed(out):
                if target.exists():
                    shutil.copymode(target, draft)
                draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    if linked:
        click.echo(in_error_lang(Message("output.linked", file=out)), err=True)


def _to_replace(target: Path, out: str) -> bool:
    """Return whether a file that is to be replaced has other names.

    Raises:
        NtmRulesError: it is marked as read-only, which counts for administrators too.
    """
    try:
        found = target.stat()
    except OSError:
        return False
    if not found.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise NtmRulesError(Message("output.read_only", file=out))
    return found.st_nlink > 1


@contextmanager
def _stopping_in_order() -> Iterator[None]:
    """Let the signals to stop go through every ``finally``; one that is ignored, or has a handler, is left as it is."""

    def stop(number: int, _: object) -> None:
        sys.exit(128 + number)

    names = ("SIGTERM", "SIGHUP") if threading.current_thread() is threading.main_thread() else ()
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    taken = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


class _Raw(io.FileIO):
    """Bytes on their way out; if they cannot go there, the error names the place."""

    def __init__(self, file: Path | int, shown: Sentence, mode: str = "w", closefd: bool = True) -> None:
        self.shown, self.failed = shown, False
        with _blamed(shown):
            super().__init__(file, mode, closefd)

    def write(self, data: typing.Any, /) -> int:
        """Write some bytes; after a failure none, so that to close the buffers above does not fail once more."""
        if self.failed:
            return memoryview(data).nbytes
        self.failed = True
        with _blamed(self.shown):
            written = super().write(data)
        self.failed = False
        return written

    def seekable(self) -> bool:
        """Return whether this is a file: devices say so too, and do not move."""
        return stat.S_ISREG(os.fstat(self.fileno()).st_mode)

    def tell(self) -> int:
        """Return the place in the file."""
        if not self.seekable():
            raise io.UnsupportedOperation("tell")
        return super().tell()

    def close(self) -> None:
        """Close the file; some file systems say only now that they are full."""
        with _blamed(self.shown):
            super().close()


def _text(file: typing.BinaryIO | io.BufferedWriter, encoding: str, line_buffering: bool = False) -> io.TextIOWrapper:
    return io.TextIOWrapper(file, encoding, "backslashreplace", line_buffering=line_buffering)


@contextmanager
def _blamed(shown: Sentence) -> Iterator[None]:
    """Name the place that cannot be written; that nobody reads it any more is not an error."""
    try:
        yield
    except BrokenPipeError:
        sys.exit(CLOSED_PIPE)
    except OSError as error:
        raise NtmRulesError(Message("output.unwritable", file=shown, why=why(error))) from error


def why(error: OSError) -> Sentence:
    """Return what the system says, in words that are ours where it is frequent."""
    code = f"system.{errno.errorcode.get(error.errno or 0, '')}"
    return Message(code) if is_known(code) else f"`{error.strerror or error}`"
