"""A stand-in for an organisation's login: an OpenID provider on this machine, with a key made for the test."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey


@lru_cache(maxsize=1)
def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one"}, private=True)


class Provider:
    """Hands out one code a login and redeems it once, with the verifier that fits, for the client that asked."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        self.key = _key()
        self.signing_key = self.key
        self.person: dict[str, Any] = {"sub": "s-1", "email": "anna@example.org", "email_verified": True}
        self.changes: dict[str, Any] = {}
        self._asked: dict[str, dict[str, str]] = {}

    def log_in(self, address: str) -> dict[str, str]:
        """What the browser brings back after somebody logged in at ``address``."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = f"code-{len(self._asked)}"
        self._asked[code] = asked
        return {"state": asked["state"], "code": code}

    def about(self) -> dict[str, str]:
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return {"issuer": self.issuer, **{name: self.issuer + path for name, path in paths.items()}}

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def redeem(self, form: dict[str, list[str]]) -> dict[str, Any]:
        asked = self._asked.pop(form["code"][0], None)
        digest = hashlib.sha256(form.get("code_verifier", [""])[0].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or form["redirect_uri"][0] != asked["redirect_uri"]:
            return {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": asked["client_id"], "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **self.person, **self.changes}, self.signing_key)
        return {"access_token": "unused", "token_type": "Bearer", "id_token": token}


@contextmanager
def provider_at_work() -> Iterator[Provider]:
    """A provider that answers until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.provider = Provider(server)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.provider  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        known = {"/.well-known/openid-configuration": provider.about, "/keys": provider.keys}
        self._answer(known[self.path]())

    def do_POST(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._answer(provider.redeem(form))

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the test reads no log."""

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(400 if "error" in content else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
