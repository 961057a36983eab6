"""Local Empowerment Networks: who belongs to one, whom it is for, when it meets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sempre_geo.community.groups import group_names
from sempre_geo.community.texts import kept_line, kept_text
from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _

_MOST = 500


@dataclass(frozen=True)
class Organisation:
    """An organisation in a network, with its kind and a line on what it brings in."""

    name: str
    kind: str
    note: str = ""


@dataclass(frozen=True)
class Meeting:
    """A meeting of a network, past or planned: its day (``YYYY-MM-DD``), where, what about, what came of it."""

    on: str
    place: str
    title: str
    report: str = ""


def coming_and_past(meetings: Iterable[Meeting], today: date) -> tuple[list[Meeting], list[Meeting]]:
    """The meetings still to come, the next first, and those that were, the last first.

    >>> one, two = Meeting("2026-11-01", "Hall", "Buses"), Meeting("2026-12-03", "Hall", "Plans")
    >>> coming_and_past([one, two], date(2026, 12, 3)) == ([two], [one])
    True
    """
    ordered = sorted(meetings, key=lambda one: one.on)
    coming = [one for one in ordered if one.on >= today.isoformat()]
    return coming, ordered[: len(ordered) - len(coming)][::-1]


@dataclass(frozen=True)
class Network:
    """What a network's page says of it; everything here is for everybody to read.

    ``coordinator`` and ``contact`` are what the coordinator wants to be called and reached by. Without
    ``municipalities`` it is for the whole region.
    """

    name: str
    coordinator: str
    about: str = ""
    contact: str = ""
    groups: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    meetings: tuple[Meeting, ...] = ()

    def kept(self) -> Network:
        """The network as the store keeps it: meetings by their day, organisations as they were put.

        Raises
        ------
        InputError
            All that cannot be used, at once.

        Examples
        --------
        >>> Network("Peninsula", "Riina", groups=("women", "women")).kept().groups
        ('women',)
        >>> Network("", "").kept()
        Traceback (most recent call last):
        sempre_geo.errors.InputError: A network needs: a name; a coordinator.
        """
        problems = _problems(self)
        if problems:
            raise InputError(_("A network needs: {what}.").format(what="; ".join(problems)))
        return Network(
            name=kept_line(self.name),
            coordinator=kept_line(self.coordinator),
            about=kept_text(self.about),
            contact=kept_line(self.contact),
            groups=tuple(name for name in group_names() if name in self.groups),
            municipalities=tuple(dict.fromkeys(kept_line(one) for one in self.municipalities)),
            organisations=tuple(
                Organisation(kept_line(one.name), one.kind, kept_line(one.note)) for one in self.organisations
            ),
            meetings=tuple(sorted((_kept_meeting(one) for one in self.meetings), key=lambda one: (one.on, one.title))),
        )

    def to_content(self) -> dict[str, Any]:
        """The network as plain lists and mappings; :func:`network_from` is the way back."""
        return {name: list(part) if isinstance(part, tuple) else part for name, part in asdict(self).items()}


def network_from(content: Mapping[str, Any]) -> Network:
    """The network that the store kept; what an older program did not know is empty.

    >>> network = Network("Peninsula", "Riina", organisations=(Organisation("Hall", "municipality"),)).kept()
    >>> network_from(network.to_content()) == network
    True
    """
    known = {one.name for one in fields(Network)}
    said: dict[str, Any] = {
        name: tuple(part) if isinstance(part, list) else part for name, part in content.items() if name in known
    }
    said["organisations"] = tuple(Organisation(**one) for one in content.get("organisations", ()))
    said["meetings"] = tuple(Meeting(**one) for one in content.get("meetings", ()))
    return Network(**said)


def organisation_kinds() -> Mapping[str, str]:
    """The kinds of organisations in a network."""
    return {
        "municipality": _("Municipality"),
        "church": _("Church, congregation"),
        "library": _("Library"),
        "day_care": _("Day-care centre"),
        "school": _("School, kindergarten"),
        "health": _("Practice, hospital, pharmacy"),
        "social": _("Social services"),
        "ngo": _("Association, NGO"),
        "enterprise": _("Enterprise"),
        "transport": _("Transport"),
        "research": _("University, research"),
        "other": _("Other"),
    }


def _problems(network: Network) -> list[str]:
    kinds, groups = organisation_kinds(), group_names()
    problems = []
    if not network.name.strip():
        problems.append(_("a name"))
    if not network.coordinator.strip():
        problems.append(_("a coordinator"))
    strange = [one for one in network.groups if one not in groups]
    if strange:
        problems.append(_("groups that are known, not {names}").format(names=first_items(strange)))
    wrong = [kept_line(one.name[:80]) for one in network.organisations if one.kind not in kinds or not one.name.strip()]
    if wrong:
        problems.append(_("a name and a known kind of each organisation: {names}").format(names=first_items(wrong)))
    undated = [kept_line(one.on[:40]) for one in network.meetings if not _is_day(one.on)]
    if undated:
        problems.append(_("a day like 2026-11-24 for each meeting, not {days}").format(days=first_items(undated)))
    if max(len(network.organisations), len(network.meetings), len(network.municipalities)) > _MOST:
        problems.append(_("at most {most} organisations, meetings and municipalities").format(most=_MOST))
    return problems


def _kept_meeting(meeting: Meeting) -> Meeting:
    return Meeting(meeting.on, kept_line(meeting.place), kept_line(meeting.title), kept_text(meeting.report))


def _is_day(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False
