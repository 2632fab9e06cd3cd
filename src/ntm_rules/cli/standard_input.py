"""A table from standard input: kept in a temporary file, since tables are read more than once."""

import shutil
import sys
import tempfile
import typing
from pathlib import Path

import click

from ntm_rules.cli.language import in_error_lang
from ntm_rules.messages.catalogue import Message

FORMS = ("csv", "json", "jsonl")
_FORM, _PATH = "ntm_rules.input_format", "ntm_rules.standard_input"


def _kept(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    ctx.meta[_FORM] = value


input_format_option = click.option(
    "--input-format",
    type=click.Choice(FORMS),
    is_eager=True,  # before FILE, which asks for it
    expose_value=False,
    callback=_kept,
    help="What standard input holds, where FILE is -.",
)


class TableFile(click.Path):
    """The path of a table; for ``-`` that of a file with what standard input holds, as long as the command runs."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: typing.Any, param: click.Parameter | None, ctx: click.Context | None) -> typing.Any:
        """Return the path."""
        form = None if ctx is None else ctx.meta.get(_FORM)
        if str(value) != "-":
            if form is not None:
                self.fail(in_error_lang(Message("usage.input_format/file")), param, ctx)
            return super().convert(value, param, ctx)
        if ctx is None or form is None:
            self.fail(in_error_lang(Message("usage.input_format", forms=FORMS)), param, ctx)
        path = Path(ctx.with_resource(tempfile.TemporaryDirectory())) / f"stdin.{form}"
        with path.open("wb") as file:
            if sys.stdin is not None:
                shutil.copyfileobj(sys.stdin.buffer, file)
        ctx.meta[_PATH] = str(path)
        return path


def named(text: str) -> str:
    """Return a text in which the temporary file is called ``-``, as the caller did."""
    path = click.get_current_context().meta.get(_PATH)
    return text if path is None else text.replace(path, "-")
