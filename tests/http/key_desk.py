"""The operator's desk at which partners' keys are made: `stagepost keys`, as the operator runs it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from typer.testing import CliRunner, Result

from case_api.cli.app import app

SLT = ("--organisation", "nhs-strathlorne", "--role", "agency", "--service", "slt")


class KeyDesk:
    """Runs commands on the store that *url* and *var* name, beside whatever serves it."""

    def __init__(self, url: str, var: Path, *authorities: str) -> None:
        self.environment: Mapping[str, str] = {
            "STAGEPOST_MODE": "test",
            "STAGEPOST_VAR": str(var),
            "STAGEPOST_AUTHORITIES": ",".join(authorities),
            "STAGEPOST_DATABASE_URL": url,
        }
        self.authority = authorities[0]

    async def run(self, *arguments: str, authority: str | None = None) -> Result:
        """Run `stagepost keys …` for the first authority, or another."""
        given = ["keys", *arguments, "--authority", authority or self.authority]
        return await asyncio.to_thread(CliRunner().invoke, app, given, env=self.environment)

    async def new(self, client: str, *options: str, authority: str | None = None) -> str:
        """A new key; of a speech therapist's desk, unless the options say otherwise."""
        done = await self.run("new", client, *(options or SLT), authority=authority)
        assert done.exit_code == 0, done.output
        return str(done.stdout.strip())
