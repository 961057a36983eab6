"""Where contributions, corrections and proposals stand, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from sempre_geo.i18n import gettext as _


def statuses() -> Mapping[str, str]:
    """Where a contribution or proposal stands."""
    return {
        "awaiting_review": _("Awaiting review"),
        "received": _("Received"),
        "in_review": _("In review"),
        "published": _("Published"),
        "not_published": _("Not published"),
        "answered": _("Answered"),
        "taken_up": _("Taken up"),
        "done": _("Done"),
        "idea": _("Idea"),
        "supported": _("Supported"),
        "team": _("Team is forming"),
        "proposal": _("Proposal"),
        "submitted": _("Submitted"),
        "accepted": _("Accepted"),
        "returned": _("Returned for more work"),
        "declined": _("Declined"),
        "running": _("Running"),
        "paused": _("Paused"),
        "completed": _("Completed"),
        "stopped": _("Stopped"),
        "lessons": _("Completed, with lessons"),
    }


def status(code: str) -> str:
    """A status as a person reads it.

    >>> status("taken_up"), status("some_day")
    ('Taken up', 'Some day')
    """
    return statuses().get(code, code.replace("_", " ").capitalize())
