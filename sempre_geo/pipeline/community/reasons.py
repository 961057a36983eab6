"""Why something is not published, at one press, in the language of whoever wrote it."""

from __future__ import annotations

from collections.abc import Mapping

from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import language


def reasons(author_language: str) -> Mapping[str, str]:
    """Reasons by their ids, in the author's language; in English where that language is not known.

    >>> list(reasons("xx"))[0]
    'names_somebody'
    """
    with language(author_language.split("-", maxsplit=1)[0]):
        return {
            "names_somebody": _("It names or describes somebody; please write it again without that."),
            "contact": _("It holds a telephone number, an address or a link; please write it again without it."),
            "insults": _("It insults somebody; please say what is missing without that."),
            "advertises": _("It advertises something."),
            "not_a_need": _("It says neither what is missing nor what could be done."),
            "said_before": _("You have sent the same before; that entry counts."),
            "unclear": _("We could not understand it; please write it again in other words."),
        }
