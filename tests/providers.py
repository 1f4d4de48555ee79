# SPDX-License-Identifier: Apache-2.0
"""Providers of sign-ins: a real one, run with node from an npm package, a person who walks through its pages, and one that lies."""

import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

import npm_peers
import patience
from asking import Client
from madang import kit

FOLDER = npm_peers.FOLDER / "oidc"
SECRET = "a secret of / two : words"
RETURN = "http://testserver/sign-in/provider/return"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
"""Every liar's own, unless a test gives it another."""
POLL_SECONDS = 0.005


@contextmanager
def real_provider(port: int, *, key: str = "rsa-one", in_token: bool = False) -> Iterator[str]:
    """The issuer's name; it runs for as long as the block lasts."""
    command = [str(npm_peers.node()), "provider.mjs", str(port), RETURN, key, "yes" if in_token else "no"]
    quiet = {**os.environ, "NODE_NO_WARNINGS": "1"}
    process = subprocess.Popen(command, cwd=FOLDER, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        assert any("ready" in line for line in process.stdout)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(patience.SECONDS)
        process.stdout.close()


def walk(client: Client, name: str, start: str = "/sign-in/provider") -> Any:
    """The person ``name`` goes to the provider, signs in there, agrees, and comes back; the answer that they get here."""
    return client.get(way_back(client, name, start))


def way_back(client: Client, name: str, start: str = "/sign-in/provider") -> str:
    """The address with which the provider sends the browser back."""
    address = client.get(start).headers["location"]
    with httpx.Client(follow_redirects=False, timeout=patience.SECONDS) as browser:
        for _step in range(12):
            if address.startswith(RETURN):
                return address.removeprefix("http://testserver")
            answer = browser.get(address)
            if answer.is_redirect:
                address = urljoin(address, answer.headers["location"])
                continue
            form, prompt = re.search(r'action="([^"]+)"', answer.text), re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert form, answer.text
            assert prompt, answer.text
            fields = {"prompt": prompt[1], "login": name, "password": "x"}
            answer = browser.post(urljoin(address, form[1]), data=fields)
            address = urljoin(address, answer.headers["location"])
    raise AssertionError("the provider did not send the browser back")


@dataclass
class Liar:
    """A provider that says what it is told to say. ``lies`` change the ID token's claims, ``documents`` whole answers by path."""

    port: int = 0
    nonce: str = ""
    lies: dict[str, Any] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    key: RSAKey | ECKey = field(default_factory=lambda: KEY)
    published: list[RSAKey | ECKey] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    make_token: Callable[[dict[str, Any]], str] | None = None

    @property
    def issuer(self) -> str:
        """How it calls itself."""
        return f"http://127.0.0.1:{self.port}"

    def claims(self) -> dict[str, Any]:
        """What stands in its ID token."""
        at = int(kit.now().timestamp())
        honest = {
            "iss": self.issuer,
            "sub": "person-1",
            "aud": "madang",
            "exp": at + 300,
            "iat": at,
            "nonce": self.nonce,
            "preferred_username": "person",
            "email": "person@institute.example",
            "email_verified": True,
        }
        return {name: value for name, value in (honest | self.lies).items() if value is not None}

    def token(self) -> str:
        """Its ID token, signed."""
        if self.make_token:
            return self.make_token(self.claims())
        algorithm = "ES256" if isinstance(self.key, ECKey) else "RS256"
        return jwt.encode({"alg": algorithm, "kid": self.key.kid, **self.head}, self.claims(), self.key, algorithms=[algorithm])

    def document(self, path: str) -> Any:
        """What it answers at a path."""
        if path in self.documents:
            return self.documents[path]
        if path == "/jwks":
            return KeySet(list(self.published or [self.key])).as_dict(private=False)
        if path == "/token":
            return {"access_token": "access", "token_type": "Bearer", "id_token": self.token(), **self.more}
        if path == "/userinfo":
            return {"sub": self.claims().get("sub")}
        address = self.issuer
        return {
            "issuer": address,
            "authorization_endpoint": f"{address}/auth",
            "token_endpoint": f"{address}/token",
            "jwks_uri": f"{address}/jwks",
            "userinfo_endpoint": f"{address}/userinfo",
            **self.metadata,
        }


@contextmanager
def liar() -> Iterator[Liar]:
    """The lying provider, for as long as the block lasts."""
    it = Liar()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_words: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            it.asked.append(path)
            self.rfile.read(int(self.headers.get("content-length", "0")))
            time.sleep(it.delays.get(path, 0))
            status, headers, body = it.answers.get(path) or (200, {}, json.dumps(it.document(path)).encode())
            try:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), "Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        do_POST = do_GET  # noqa: N815 - the library's word

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    it.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def come_back(client: Client, it: Liar, start: str = "/sign-in/provider", **changed: str) -> Any:
    """The browser goes to the liar and is sent back at once; what it gets here. ``changed`` are other words of the way back."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(client.get(start).headers["location"]).query).items()}
    it.nonce = asked["nonce"]
    return client.get("/sign-in/provider/return", params={"code": "a-code", "state": asked["state"], **changed})
