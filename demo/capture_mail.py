"""Takes every mail that comes in and puts it into the box."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.capture_box import Box, Captured


class MailSink:
    """The handler of the demo's mail server."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail and say so."""
        self._box.put(read_mail(envelope.original_content or b"", envelope.rcpt_tos))
        return "250 2.0.0 kept for the demo"


def read_mail(content: bytes, to: list[str]) -> Captured:
    """A mail as the page shows it."""
    mail = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
    text = mail.get_body(preferencelist=("plain",))
    return Captured(
        kind="mail",
        at=datetime.now(UTC),
        to=", ".join(to),
        message_id=str(mail.get("Message-ID", "")),
        subject=str(mail.get("Subject", "")),
        body=text.get_content() if text is not None else "",
        language=mail.get("Content-Language"),
        possible_duplicate=mail.get("X-Stagepost-Possible-Duplicate") == "true",
    )
