"""E-mail by SMTP. The reply's code decides what is final, not the kind of exception (RFC 5321, 4.2.1)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Literal

import aiosmtplib
from email_validator import validate_email
from pydantic import SecretStr

from notifier.channels.channel import SENT, CannotPrepare, Parcel, Result
from notifier.clock import real_now
from notifier.letterbox import Letter, Letterbox, LetterUnwritable
from notifier.outbox import Entry
from notifier.wire import Permit

POSSIBLE_DUPLICATE = "X-Stagepost-Possible-Duplicate"
ENCODED_WORD = "=?"
"""Opens text that mail programs decode (RFC 2047), even into further addresses."""


@dataclass(frozen=True, slots=True)
class Relay:
    """The mail server that takes our letters."""

    host: str
    port: int
    sender: str
    tls: Literal["none", "starttls", "implicit"] = "none"
    user: str | None = None
    password: SecretStr | None = field(default=None, repr=False)
    seconds: float = 20.0

    @property
    def domain(self) -> str:
        return parseaddr(self.sender)[1].rpartition("@")[2]

    async def take(self, message: EmailMessage, to: str) -> None:
        """Hand *message* over for this one recipient. Raises aiosmtplib.SMTPException or OSError."""
        await aiosmtplib.send(
            message,
            recipients=[to],
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password.get_secret_value() if self.password else None,
            use_tls=self.tls == "implicit",
            start_tls=self.tls == "starttls",
            timeout=self.seconds,
        )


class Email:
    """Letters by e-mail."""

    def __init__(self, relay: Relay, letters: Letterbox) -> None:
        self._relay, self._letters = relay, letters

    async def prepare(self, entry: Entry, permit: Permit) -> Parcel:
        """Write the letter in the recipient's language, or the nearest one there is. Raises CannotPrepare."""
        to = one_address(permit.to)
        try:
            letter = self._letters.write(entry.template, permit.language, entry.role, permit.facts)
        except LetterUnwritable:
            raise CannotPrepare("letter_unwritable") from None
        message = envelope(entry, to, letter, self._relay)
        return Parcel(letter.language, lambda: handed_over(lambda: self._relay.take(message, to)))


def one_address(text: str) -> str:
    """Exactly one addr-spec (RFC 5322, 3.4.1), in ASCII if it can be: no list, group, name or comment.

    Raises CannotPrepare.
    """
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except ValueError:
        raise CannotPrepare("address_unusable") from None
    if ENCODED_WORD in found.normalized:
        raise CannotPrepare("address_unusable")
    return found.ascii_email or found.normalized


def envelope(entry: Entry, to: str, letter: Letter, relay: Relay) -> EmailMessage:
    """The letter with its header; the same Message-ID at every attempt."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = relay.sender, to, letter.subject
    message["Date"] = real_now()
    message["Message-ID"] = f"<{entry.message_id}@{relay.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if entry.possible_duplicate:
        message[POSSIBLE_DUPLICATE] = "true"
    message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = letter.language
    return message


async def handed_over(take: Callable[[], Awaitable[None]]) -> Result:
    """Call the relay and say how that ended."""
    try:
        await take()
    except aiosmtplib.SMTPRecipientsRefused as refused:
        return _by_code(refused.recipients[0].code)
    except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as refused:
        return _by_code(refused.code)
    except aiosmtplib.SMTPResponseException as refused:
        return Result("again", f"relay_{refused.code}")  # greeting, log-in or sender: about us, not the recipient
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPNotSupported, ConnectionRefusedError):
        return Result("again", "relay_unreached")
    except (aiosmtplib.SMTPException, OSError):
        return Result("again", "no_answer", doubtful=True)
    return SENT


def _by_code(code: int) -> Result:
    return Result("never" if code >= 500 else "again", f"smtp_{code}")
