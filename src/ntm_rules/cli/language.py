"""The language of what goes wrong: that of ``--lang`` where it was given, else English."""

import click

from ntm_rules.messages.catalogue import Message

_LANG = "ntm_rules.lang"


def error_lang(ctx: click.Context | None = None) -> str:
    """Return the language of what goes wrong in the command that runs, or in *ctx*."""
    found = ctx or click.get_current_context()
    return str(found.meta.get(_LANG, "en"))


def in_error_lang(message: Message) -> str:
    """Return a message in the language of what goes wrong in the command that runs."""
    return message.text(error_lang())


def remembered(ctx: click.Context, _: click.Parameter, value: str | None) -> str:
    """Keep the language that was asked for where the group finds it too; Vietnamese unless one was."""
    if value is not None:
        ctx.meta[_LANG] = value
    return value or "vi"
