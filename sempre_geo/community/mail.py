"""One short mail, through the operator's own mail server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _

_TIMEOUT_S = 10
_SCHEMES = {"smtp": 25, "smtps": 465}


def send_mail(server: str, *, sender: str, to: str, subject: str, text: str) -> None:
    """Hand a mail to a server such as ``smtp://user:password@mail.example.org:587``; it has taken it when this returns.

    ``smtps`` speaks TLS from the first byte. With ``smtp`` it is used where the server offers it; a password is
    never sent without, nor to a server whose certificate does not bear its name.

    Raises
    ------
    InputError
        The server's or an address cannot be one.
    MissingDataError
        The server cannot be reached or takes no mail from us.
    """
    parts = urlsplit(server)
    if parts.scheme not in _SCHEMES or not parts.hostname or "@" not in sender or "@" not in to:
        raise InputError(
            _("SEMPRE_SMTP is written like smtp://mail.example.org:587, SEMPRE_SMTP_SENDER as an address.")
        )
    mail = EmailMessage()
    try:
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail.set_content(text)
        # Without a password, TLS to a server of one's own network is better than none, whatever its certificate.
        trust = ssl.create_default_context() if parts.username is not None or parts.scheme == "smtps" else None
        port = parts.port or _SCHEMES[parts.scheme]
        with (
            smtplib.SMTP_SSL(parts.hostname, port, timeout=_TIMEOUT_S, context=trust)
            if parts.scheme == "smtps"
            else smtplib.SMTP(parts.hostname, port, timeout=_TIMEOUT_S)
        ) as line:
            _introduce(line, trust=trust, user=parts.username, password=parts.password)
            line.send_message(mail)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise MissingDataError(_("The mail server did not take the mail ({why}).").format(why=error)) from error


def _introduce(line: smtplib.SMTP, *, trust: ssl.SSLContext | None, user: str | None, password: str | None) -> None:
    secure = isinstance(line, smtplib.SMTP_SSL)
    line.ehlo()
    if not secure and line.has_extn("starttls"):
        line.starttls(context=trust)
        line.ehlo()
        secure = True
    if user is not None:
        if not secure:
            raise smtplib.SMTPNotSupportedError("no TLS, so no password is sent")
        line.login(unquote(user), unquote(password or ""))
