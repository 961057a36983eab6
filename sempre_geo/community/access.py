"""Who may do what with which thing: one table, asked by every use case itself.

A person holds grants, each a role within a scope. A thing names the scopes it lies in. A grant counts for
a thing when its scope is everything (``*``) or one of the thing's: a coordinator of one municipality
reviews what lies there, a person with a claim code is the contributor of that one contribution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sempre_geo.errors import NotAllowedError
from sempre_geo.i18n import gettext as _

ROLES = (
    "visitor", "contributor", "team", "provider", "network_member", "coordinator", "policymaker", "auditor",
    "administrator",
)  # fmt: skip
ACCOUNT_ROLES = frozenset({"provider", "network_member", "coordinator", "policymaker", "auditor", "administrator"})
EVERYWHERE = "*"

_ALL = frozenset(ROLES)
_REVIEWERS = frozenset({"coordinator"})
_OFFICE = frozenset({"coordinator", "administrator"})
ALLOWED: Mapping[str, frozenset[str]] = {
    "read what is public": _ALL,
    "tell a need or an idea": _ALL,
    "say me too": _ALL,
    "report a correction": _ALL,
    "start a proposal": _ALL,
    "read, change or erase one's own": frozenset({"contributor"}),
    "contest a decision": frozenset({"contributor"}),
    "read the review queue": _REVIEWERS,
    "publish or not publish": _REVIEWERS,
    "see an exact place": _REVIEWERS,
    "merge contributions": _REVIEWERS,
    "answer a contribution": frozenset({"coordinator", "provider"}),
    "see suppressed needs": frozenset({"coordinator", "provider"}),
    "decide a correction": frozenset({"coordinator", "provider"}),
    "confirm a service": frozenset({"coordinator", "provider"}),
    "verify a provider": _REVIEWERS,
    "make an offer": frozenset({"provider", "network_member", "coordinator"}),
    "read offers": frozenset({"coordinator", "network_member", "provider"}),
    "escalate a danger": _REVIEWERS,
    "open a workshop": frozenset({"coordinator", "network_member"}),
    "take a workshop to the office": _OFFICE,
    "write a proposal": frozenset({"team", "coordinator"}),
    "submit a proposal": frozenset({"team"}),
    "comment a proposal": frozenset({"team", "coordinator", "network_member"}),
    "read who is in a team": frozenset({"team"}),
    "take in a proposal": _OFFICE,
    "decide a proposal": _REVIEWERS,
    "run a proposal": frozenset({"team", "coordinator"}),
    "keep a network": frozenset({"coordinator", "administrator"}),
    "write a network's diary": frozenset({"coordinator", "network_member"}),
    "exchange lessons": _OFFICE,
    "import contributions": _OFFICE,
    "export for research": _OFFICE,
    "read finer aggregates": frozenset({"policymaker", "coordinator"}),
    "listen to a region": frozenset({"policymaker", "coordinator", "network_member"}),
    "plan outreach": frozenset({"coordinator", "network_member"}),
    "keep a scenario": frozenset({"policymaker", "coordinator"}),
    "read the log": frozenset({"auditor"}),
    "read originals": frozenset({"auditor"}),
    "keep accounts": frozenset({"administrator"}),
    "back up and restore": frozenset({"administrator"}),
}


@dataclass(frozen=True)
class Person:
    """Somebody who asks, as the log names them, and the (role, scope) pairs they hold."""

    actor: str = "visitor"
    grants: frozenset[tuple[str, str]] = frozenset()

    def has(self, role: str, scope: str = EVERYWHERE) -> bool:
        """Whether this role is held in this scope.

        >>> Person().has("visitor"), Person().has("administrator")
        (True, False)
        """
        return role == "visitor" or bool({(role, scope), (role, EVERYWHERE)} & self.grants)


VISITOR = Person()
OPERATOR = Person("operator", frozenset((role, EVERYWHERE) for role in ACCOUNT_ROLES))
"""Whoever can run commands on the machine itself; the store is in their hands anyway."""


def may(person: Person, action: str, *scopes: str) -> bool:
    """Whether a person may do ``action`` with a thing that lies in ``scopes``.

    >>> someone = Person("a1", frozenset({("coordinator", "municipality:m1")}))
    >>> may(someone, "publish or not publish", "region:demo", "municipality:m1")
    True
    >>> may(someone, "publish or not publish", "region:demo", "municipality:m2")
    False
    """
    return any(person.has(role, scope) for role in ALLOWED[action] for scope in (*scopes, EVERYWHERE))


def check_may(person: Person, action: str, *scopes: str) -> None:
    """Refuse what :func:`may` does not allow.

    Raises
    ------
    NotAllowedError
        The person's roles do not allow the action on this thing.
    """
    if not may(person, action, *scopes):
        names = role_names()
        needed = ", ".join(names[role] for role in ROLES if role in ALLOWED[action])
        raise NotAllowedError(
            _("Your role does not allow to {action}; it takes: {roles}.").format(action=_(action), roles=needed)
        )


def role_names() -> dict[str, str]:
    """What each role is called in the reader's language.

    >>> role_names()["network_member"]
    'member of a network'
    """
    return {
        "visitor": _("visitor"),
        "contributor": _("contributor with a code"),
        "team": _("team of the proposal"),
        "provider": _("provider"),
        "network_member": _("member of a network"),
        "coordinator": _("coordinator"),
        "policymaker": _("policymaker"),
        "auditor": _("auditor"),
        "administrator": _("administrator"),
    }


def role_table() -> str:
    """The table of actions and roles as Markdown, for the README.

    >>> role_table().splitlines()[2].startswith("| read what is public | yes |")
    True
    """
    head = ["action", *ROLES]
    rows = [[action, *("yes" if role in roles else "" for role in ROLES)] for action, roles in ALLOWED.items()]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
