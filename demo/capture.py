"""A mail server and a webhook receiver that show what they got: the demo's letter box.

Keeps the newest messages in memory only. Run it with `python -m demo.capture`.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP

from demo.capture_box import Box
from demo.capture_mail import MailSink
from demo.capture_page import create_app

HERE = "127.0.0.1"


async def run_capture(smtp_port: int, http_port: int, secrets: Mapping[str, str]) -> None:
    """Receive mail and webhooks on this machine until cancelled.

    *secrets* holds the signing secret (`whsec_…`) of each recipient, `service:<code>`.
    """
    box = Box()
    mail = await asyncio.get_running_loop().create_server(
        lambda: SMTP(MailSink(box), enable_SMTPUTF8=True, ident="stagepost demo"), HERE, smtp_port
    )
    config = uvicorn.Config(
        create_app(box, secrets),
        host=HERE,
        port=http_port,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    async with mail:
        try:
            await server.serve()
        except asyncio.CancelledError:
            await server.shutdown()
            raise


def read_secrets(path: str | None) -> dict[str, str]:
    """The notifier's own file of signing secrets; nothing if there is none."""
    found: dict[str, str] = json.loads(Path(path).read_text("utf-8")) if path else {}
    return found


def main() -> None:
    """Run on the ports of the environment, by default 8025 and 8082."""
    smtp_port = int(os.environ.get("STAGEPOST_NOTIFIER_SMTP_PORT", "8025"))
    http_port = int(os.environ.get("STAGEPOST_CAPTURE_PORT", "8082"))
    secrets = read_secrets(os.environ.get("STAGEPOST_NOTIFIER_WEBHOOK_SECRETS_FILE"))
    asyncio.run(run_capture(smtp_port, http_port, secrets))


if __name__ == "__main__":
    main()
