"""Somebody may be in danger: the contact is named, the author reads the numbers, and it stays on top until told."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import socketserver
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.mail import send_mail
from sempre_geo.community.moderation import read_danger
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.contributions import contest_with_code, open_with_code, tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.escalation import contact_reached, escalate, open_escalations
from sempre_geo.pipeline.community.reasons import reasons
from sempre_geo.pipeline.community.review import do_not_publish, review_queue

REGION = "unbuilt"
AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
QUIET = Draft("need", "library", "He locks the door when I want to go.", Place(municipality_id="m1"))


@pytest.fixture(autouse=True)
def contact(settings):
    text = settings.definition("danger.toml").read_text(encoding="utf-8")
    settings.layers.mkdir(parents=True)
    own = '\n[contact."*"]\nname = "Crisis centre"\nphone = "116 000"\nsource = "agreed on 3 November"\n'
    lines = 'EE = [{ number = "112", source = "law" }, { number = "999", what = "test line", source = "made up" }]'
    old = next(line for line in text.splitlines() if line.startswith("EE = [{"))
    (settings.layers / "danger.toml").write_text(text.replace(old, lines) + own, encoding="utf-8")
    yield
    close_community(settings)


def test_a_coordinators_press_names_the_contact_and_shows_the_author_the_numbers(settings):
    said = tell(settings, REGION, draft=QUIET, at=AT)
    assert open_with_code(settings, said.claim_code).messages == ()
    assert escalate(settings, said.id, by=OPERATOR, note="Read between the lines").phone == "116 000"
    assert "112" in open_with_code(settings, said.claim_code).messages[0]
    assert open_escalations(settings, REGION, by=OPERATOR)["contribution_id"].tolist() == [said.id]
    contact_reached(settings, said.id, by=OPERATOR)
    assert open_escalations(settings, REGION, by=OPERATOR).empty
    with pytest.raises(MissingDataError, match="reached already"):
        contact_reached(settings, said.id, by=OPERATOR)


class MailServer(socketserver.StreamRequestHandler):
    """As much of a mail server as one mail needs; what it was told is in ``heard``."""

    heard: ClassVar[list[str]] = []

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        in_mail = False
        for sent in self.rfile:
            line = sent.decode().rstrip("\r\n")
            self.heard.append(line)
            if in_mail and line != ".":
                continue
            in_mail = line.upper() == "DATA"
            self.wfile.write({"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(line.upper(), b"250 yes\r\n"))
            if line.upper() == "QUIT":
                return

    def finish(self):
        with contextlib.suppress(OSError):
            super().finish()


def _with_mail(settings, port):
    path = settings.layers / "danger.toml"
    path.write_text(path.read_text(encoding="utf-8") + 'email = "night@crisis.example"\n', encoding="utf-8")
    read_danger.__globals__["_read_danger"].cache_clear()
    return replace(settings, smtp_url=f"smtp://127.0.0.1:{port}", smtp_sender="map@county.example")


def test_the_contact_gets_a_mail_with_the_entrys_number_and_nothing_that_was_said(settings):
    MailServer.heard.clear()
    with socketserver.TCPServer(("127.0.0.1", 0), MailServer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        settings = _with_mail(settings, server.server_address[1])
        said = tell(settings, REGION, draft=QUIET, at=AT)
        escalate(settings, said.id, by=OPERATOR, note="Read between the lines")
    mail = "\n".join(MailServer.heard).replace("=\n", "")  # where the mail's lines are folded
    assert "rcpt TO:<night@crisis.example>" in mail
    assert said.id in mail
    assert not any(word in mail for word in ("locks", "door", "between the lines", "m1", "library", REGION))
    assert open_escalations(settings, REGION, by=OPERATOR)["mailed"].tolist() == [True]


def test_a_mail_that_does_not_leave_stops_nothing_and_is_told(settings, caplog):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        reachless = _with_mail(settings, nobody.getsockname()[1])
        said = tell(reachless, REGION, draft=QUIET, at=AT)
        assert escalate(reachless, said.id, by=OPERATOR).phone == "116 000"
    assert open_escalations(reachless, REGION, by=OPERATOR)["mailed"].tolist() == [False]
    assert said.id in caplog.text
    assert "night@" not in caplog.text


def test_a_password_is_never_sent_without_tls():
    MailServer.heard.clear()
    with socketserver.TCPServer(("127.0.0.1", 0), MailServer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        address = f"smtp://me:hidden@127.0.0.1:{server.server_address[1]}"
        with pytest.raises(MissingDataError, match="no TLS"):
            send_mail(address, sender="a@b.example", to="c@d.example", subject="x", text="x")
    assert "AUTH" not in str(MailServer.heard)
    with pytest.raises(InputError, match="SEMPRE_SMTP"):
        send_mail("mail.example", sender="a@b.example", to="c@d.example", subject="x", text="x")


class TrustingServer(smtplib.SMTP):
    """A server that offers TLS, of which only is kept how its certificate would be looked at."""

    asked: ClassVar[list[ssl.SSLContext | None]] = []

    def __init__(self, *_arguments, **_named):
        self.esmtp_features = {"starttls": ""}
        self.does_esmtp = True

    def ehlo(self, _name=""):
        return 250, b""

    def starttls(self, *, context=None):
        self.asked.append(context)

    def login(self, *_arguments, **_named): ...

    def send_message(self, *_arguments, **_named): ...

    def __exit__(self, *_arguments): ...


def test_a_password_goes_only_to_a_server_whose_certificate_bears_its_name(monkeypatch):
    TrustingServer.asked.clear()
    monkeypatch.setattr("smtplib.SMTP", TrustingServer)
    for user in ("me:hidden@", ""):
        send_mail(f"smtp://{user}mail.example", sender="a@b.example", to="c@d.example", subject="x", text="x")
    named, nobody = TrustingServer.asked
    assert named.check_hostname
    assert named.verify_mode is ssl.CERT_REQUIRED
    assert nobody is None


def test_only_who_reviews_that_place_hands_it_on(settings):
    said = tell(settings, REGION, draft=QUIET, at=AT)
    for by in ("", Person("c", frozenset({("coordinator", "municipality:m2")}))):
        with pytest.raises(NotAllowedError):
            escalate(settings, said.id, by=by)
    elsewhere = Person("c", frozenset({("coordinator", "municipality:m2")}))
    escalate(settings, said.id, by=OPERATOR)
    assert open_escalations(settings, REGION, by=elsewhere).empty


def test_without_a_contact_the_coordinator_reads_what_to_do(settings):
    path = settings.layers / "danger.toml"
    path.write_text(path.read_text(encoding="utf-8").partition("\n[contact.")[0], encoding="utf-8")
    said = tell(settings, REGION, draft=QUIET, at=AT)
    read_danger.__globals__["_read_danger"].cache_clear()
    with pytest.raises(MissingDataError, match=r"names one in danger\.toml.*112"):
        escalate(settings, said.id, by=OPERATOR)


def test_a_country_may_have_several_numbers_each_with_its_source(settings):
    danger = read_danger(settings)
    assert danger.numbers_in("EE") == ("112", "999 (test line)")
    assert danger.numbers_in("nowhere") == ("112",)
    path = settings.layers / "danger.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('source = "made up"', 'source = ""'), encoding="utf-8")
    read_danger.__globals__["_read_danger"].cache_clear()
    with pytest.raises(InputError, match="source"):
        read_danger(settings)


def test_a_contested_decision_comes_back_with_the_authors_reason(settings):
    said = tell(settings, REGION, draft=QUIET, at=AT)
    assert review_queue(settings, REGION, by=OPERATOR)["contested"].tolist() == [""]
    do_not_publish(settings, said.id, by=OPERATOR, reason=reasons("en")["unclear"])
    contest_with_code(settings, said.claim_code, why="It is quite clear.")
    assert review_queue(settings, REGION, by=OPERATOR)["contested"].tolist() == ["It is quite clear."]
