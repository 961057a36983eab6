"""A form knows that it came from here, and when: a signed moment in a hidden field, without a cookie.

A visitor has no login that another site could use, so that the token guards against little more than forms that
were never fetched; where a browser says from which site a form comes, that is checked as well.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import Headers

from sempre_geo.community.moderation import Sending
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.light.visit import Visit
from sempre_geo.pipeline.community.desk import secret_key
from sempre_geo.settings import Settings

LASTS = timedelta(days=30)
"""An entry may wait that long on a phone without a network."""


def new_token(settings: Settings, form: str) -> str:
    """A token for one form, with the present moment in it."""
    return _signer(settings).sign(form).decode()


def seconds_since(settings: Settings, form: str, *, token: str) -> float:
    """The seconds that passed since the form was fetched.

    Raises
    ------
    InputError
        The token is missing, was changed, is another form's or older than `LASTS`.
    """
    try:
        signed, moment = _signer(settings).unsign(token, max_age=int(LASTS.total_seconds()), return_timestamp=True)
    except BadSignature:
        signed, moment = b"", datetime.now(UTC)
    if signed != form.encode():
        raise InputError(_("This form did not come from here or is too old; look it through and send it again."))
    return (datetime.now(UTC) - moment).total_seconds()


def wrong_token(visit: Visit, form: str) -> dict[str, str]:
    """What is wrong with the token that came along, as a problem of no single field; empty where it is good."""
    try:
        seconds_since(visit.here.settings, form, token=visit.form.one("token"))
    except InputError as problem:
        return {"": str(problem)}
    return {}


def sending_of(visit: Visit, form: str) -> Sending:
    """How a form arrived, for the rules that keep scripts out.

    Raises
    ------
    InputError
        As `seconds_since`.
    """
    return Sending(
        address=visit.address,
        seconds_on_form=seconds_since(visit.here.settings, form, token=visit.form.one("token")),
        hidden_field=visit.form.one("website"),
        workshop=visit.form.one("workshop"),
    )


def is_from_elsewhere(headers: Headers) -> bool:
    """Whether the browser says that another site sent the form; old browsers say nothing."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _signer(settings: Settings) -> TimestampSigner:
    return TimestampSigner(secret_key(settings, "light forms"), salt="form")
