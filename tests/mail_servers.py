# SPDX-License-Identifier: Apache-2.0
"""A real SMTP server on this machine that keeps what it takes, asks for what it is told to ask for, and can refuse."""

import email
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

import patience
import ports


@dataclass
class Box:
    """What arrived, and what the server answers: ``says`` maps a recipient, or "" for the letter itself, to an answer."""

    letters: list[EmailMessage] = field(default_factory=list)
    were_encrypted: list[bool] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    users: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if address in self.says:
            return self.says[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "" in self.says:
            return self.says[""]
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.were_encrypted.append(session.ssl is not None)
        return "250 OK"

    def check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        """Whether name and password are those of the test."""
        self.users.append(data.login.decode())
        is_right = (data.login, data.password) == (b"madang", b"p@ss/word")
        return AuthResult(success=is_right, handled=is_right)


@contextmanager
def mail_server(*, certificate: tuple[Path, Path] | None = None, is_tls: bool = False, asks_who: bool = False) -> Iterator[Box]:
    """A server for as long as the block lasts; with a ``certificate`` (its file, its key) it can encrypt."""
    box, context = Box(), None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    options: dict[str, Any] = {"auth_required": True, "authenticator": box.check} if asks_who else {}
    if context and not is_tls:
        options |= {"tls_context": context, "require_starttls": True}
    box.port = ports.free()
    controller = Controller(
        box, hostname="127.0.0.1", port=box.port, ssl_context=context if is_tls else None, ready_timeout=patience.SECONDS, **options
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def certificate_for(folder: Path, host: str = "127.0.0.1") -> tuple[Path, Path]:
    """A certificate that signs itself, and its key."""
    certificate, key = folder / "server.pem", folder / "server.key"
    name = f"IP:{host}" if host[0].isdigit() else f"DNS:{host}"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail", "-addext"]
    command += [f"subjectAltName={name}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=patience.SECONDS)
    return certificate, key
