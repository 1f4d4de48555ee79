# SPDX-License-Identifier: Apache-2.0
"""Speaking with a mail server: the one adapter round ``smtplib``. What it says is translated into ``Undelivered``."""

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from types import TracebackType

from madang.kit import now
from madang.mail.errors import Undelivered
from madang.mail.post import Post, Server

SECONDS = 20.0
DOWN = "the mail server %(host)s does not answer: %(why)s"
NO_TLS = "the mail server %(host)s offers no encryption (STARTTLS), which MADANG_SMTP_URL asks for"


def written(post: Post, letter_id: str, *, to: str, subject: str, text: str) -> EmailMessage:
    """The letter as it goes over the wire: plain text, its heads encoded where they are not ASCII, the same Message-ID at each try."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=post.name, addr_spec=post.sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{letter_id}@{post.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="base64" if not text.isascii() else None)
    return message


class Connection:
    """A server that takes letters, for as long as the block lasts."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "Connection":
        server = self.post.server
        try:
            self.smtp = _opened(server)
            _encrypt(self.smtp, server)
            if server.user:
                self.smtp.login(server.user, server.password)
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise Undelivered(DOWN % {"host": server.host, "why": _told(error)}, is_down=True) from error
        except Undelivered:
            self._close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()

    def send(self, message: EmailMessage) -> None:
        """The server has taken the letter; ``Undelivered`` otherwise."""
        if self.smtp is None:
            raise Undelivered(DOWN % {"host": self.post.server.host, "why": "-"}, is_down=True)
        try:
            self.smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise Undelivered(f"{code} {said.decode(errors='replace')}", is_final=code >= 500) from error
        except smtplib.SMTPResponseException as error:
            raise Undelivered(_told(error), is_final=error.smtp_code >= 500, is_down=error.smtp_code == 421) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(DOWN % {"host": self.post.server.host, "why": _told(error)}, is_down=True) from error

    def _close(self) -> None:
        if self.smtp is None:
            return
        try:
            self.smtp.quit()
        except (OSError, smtplib.SMTPException):
            self.smtp.close()
        self.smtp = None


def _opened(server: Server) -> smtplib.SMTP:
    if server.is_tls:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(server.host, server.port, timeout=SECONDS)


def _encrypt(smtp: smtplib.SMTP, server: Server) -> None:
    if server.is_tls or server.starttls == "never":
        return
    smtp.ehlo_or_helo_if_needed()
    if smtp.has_extn("starttls"):
        smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo()
    elif server.starttls == "required" or server.user:
        raise Undelivered(NO_TLS % {"host": server.host}, is_down=True)


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__
