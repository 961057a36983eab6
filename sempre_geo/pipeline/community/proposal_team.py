"""The people behind a proposal: inviting, joining with a code and without an account, saying who one is, leaving."""

from __future__ import annotations

from datetime import datetime, timedelta

from sempre_geo.community.access import Person, check_may, may
from sempre_geo.community.claim_codes import new_claim_code
from sempre_geo.community.contributions import check_sending_key
from sempre_geo.community.moments import stamp
from sempre_geo.community.proposals import Member, check_member
from sempre_geo.community.store.accounts import load_account
from sempre_geo.community.store.contributions import Row, load_claimed
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.proposals import (
    change_member,
    erase_member,
    load_claimed_member,
    load_needs,
    save_invitation,
    take_invitation,
)
from sempre_geo.community.texts import kept_line
from sempre_geo.errors import InputError, NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, asker, now, open_community
from sempre_geo.pipeline.community.erasures import erase_elsewhere, list_erased
from sempre_geo.pipeline.community.proposal_desk import (
    add_member,
    code_digest,
    code_of_sending,
    known_proposal,
    member_at,
    person_at,
    proposal_scopes,
)
from sempre_geo.pipeline.community.proposals import Joined
from sempre_geo.settings import Settings

INVITATION_LASTS = timedelta(days=30)


def invite(settings: Settings, proposal_id: str, *, by: Asker = "", code: str = "", at: datetime | None = None) -> str:
    """A code with which one more person joins the team, once, within 30 days; the members' own codes stay theirs.

    Raises
    ------
    NotAllowedError
        The asker does not write in this proposal.
    """
    when, invitation = at or now(), new_claim_code()
    digest = code_digest(invitation)
    claimed = code_digest(code)
    with open_community(settings).writing() as transaction:
        row = known_proposal(transaction, proposal_id)
        person = person_at(settings, transaction, row, by=by, claimed=claimed)
        check_may(person, "write a proposal", *proposal_scopes(transaction, row))
        save_invitation(
            transaction,
            {"digest": digest, "proposal_id": proposal_id, "created_at": stamp(when)},
        )
    return invitation


def join_team(
    settings: Settings,
    proposal_id: str,
    *,
    who: Member,
    code: str = "",
    by: Asker = "",
    sending_key: str = "",
    at: datetime | None = None,
) -> Joined:
    """Join a team without an account; the answer holds the new member's own code.

    ``code`` is an invitation, the code of a need or an idea that this proposal answers (its author may
    always join), or that of a member who sits beside. Somebody who is logged in as ``by`` writes in the
    proposal with their account, too. The part they have is their own statement; a provider counts as a co-owner once
    they join with an account that a coordinator verified. Sent again with the same random
    ``sending_key`` after the network broke, it is answered with the same code.

    Raises
    ------
    InputError
        The code has a slip, or the part is none.
    NotAllowedError
        The code invites nobody into this team.
    """
    check_member(who)
    check_sending_key(sending_key)
    when, own_code = (
        at or now(),
        code_of_sending(settings, f"{proposal_id}\x1f{who}\x1f{code}", sending_key=sending_key),
    )
    digest = code_digest(own_code)
    claimed = code_digest(code)
    with open_community(settings).writing() as transaction:
        row = known_proposal(transaction, proposal_id)
        if load_claimed_member(transaction, digest) is not None:
            return Joined(proposal_id, own_code)
        person = person_at(settings, transaction, row, by=by, claimed=claimed)
        if not may(person, "write a proposal", *proposal_scopes(transaction, row)):
            _check_invited(transaction, row, claimed=claimed, at=when)
        account = _account_joining(settings, transaction, row, by=by)
        add_member(transaction, proposal_id, who, digest=digest, at=stamp(when), account=account)
    return Joined(proposal_id, own_code)


def say_who_one_is(settings: Settings, proposal_id: str, *, who: Member, code: str = "", by: Asker = "") -> None:
    """Change one's own name, part or ownership in a team; nobody does that for another.

    Raises
    ------
    NotAllowedError
        The asker is not in the team.
    """
    check_member(who)
    claimed = code_digest(code)
    with open_community(settings).writing() as transaction:
        member = _own(settings, transaction, proposal_id, by=by, claimed=claimed)
        change_member(transaction, member["id"], {"part": who.part, "name": kept_line(who.name), "owner": who.owner})


def leave_team(
    settings: Settings, proposal_id: str, *, code: str = "", by: Asker = "", at: datetime | None = None
) -> None:
    """Leave a team: the name, the code and what one had half written are gone; what was saved stays the team's.

    Raises
    ------
    NotAllowedError
        The asker is not in the team.
    """
    claimed, when = code_digest(code), stamp(at or now())
    with open_community(settings).writing() as transaction:
        member = _own(settings, transaction, proposal_id, by=by, claimed=claimed)
        erase_member(transaction, member["id"], at=when)
        list_erased(settings, member["id"])
    erase_elsewhere(settings, member["id"], at=when)


def _own(settings: Settings, transaction: Transaction, proposal_id: str, *, by: Asker, claimed: str) -> Row:
    row = known_proposal(transaction, proposal_id)
    member = member_at(transaction, row, person=asker(settings, transaction, by), claimed=claimed)
    if member is None:
        raise NotAllowedError(_("This is for those in the team; give the code with which you joined it."))
    return member


def _check_invited(transaction: Transaction, row: Row, *, claimed: str, at: datetime) -> None:
    if not claimed:
        raise NotAllowedError(_("To join a team it takes an invitation; ask somebody in it for one."))
    told = load_claimed(transaction, claimed)
    answered = {*load_needs(transaction, row["id"]), row["idea_id"]}
    if told is not None and told["id"] in answered:
        return
    if not take_invitation(transaction, row["id"], digest=claimed, after=stamp(at - INVITATION_LASTS)):
        raise NotAllowedError(_("This code invites nobody into this team (any more); ask for a new one."))


def _account_joining(settings: Settings, transaction: Transaction, row: Row, *, by: Asker) -> str | None:
    """The account to which the new place belongs; none for people without one.

    Raises
    ------
    InputError
        The account is in the team already.
    """
    person: Person = asker(settings, transaction, by)
    if load_account(transaction, account_id=person.actor) is None:
        return None
    if member_at(transaction, row, person=person) is not None:
        raise InputError(_("Your account is in this team already."))
    return person.actor
