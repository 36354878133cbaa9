"""`stagepost sign-out`: ends the tokens of somebody, or of everybody, before they end by themselves."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

import typer

from case_api.cli.desk import Of, recorded, run
from case_api.cli.settings import EXIT_UNSAFE
from case_api.domain.decisions.sign_ins import EndSignIns, end_sign_ins
from case_api.http.tokens import LEEWAY
from case_api.office import Office
from case_api.store.access import Wanted

UNKNOWN: Final = (
    "stagepost: no assignment and no look under this name is on record: is it written as tokens name them (sub)?"
)


def sign_out(
    subject: Annotated[str | None, typer.Argument(help="Whose, as tokens name them.")] = None,
    *,
    everybody: Annotated[
        bool, typer.Option("--everybody", help="Every token, the notifier's too; keys of programs not.")
    ] = False,
    reason: Annotated[
        Literal["left", "lost", "signed_out", "precaution"], typer.Option(help="Why; it goes on record.")
    ] = "left",
    authority: Of = None,
) -> None:
    """Accept no longer what was signed for somebody until now; every process holds to it within about a second.

    An identity provider's clock may be up to 30 seconds ahead, so what bears a time until then is ended, too: whoever
    signs in within those 30 seconds has to do so again. They get a new token there; close the account first. A stream
    of the feed that is open ends, too. Keys of programs are revoked by `stagepost keys revoke`. A name under which
    nobody was at work or looked is taken as well, with a warning: it may be misspelt.

    Exit codes: 2 unsafe settings, or neither a subject nor --everybody; 3 the store cannot be reached, do it again.
    """
    if (subject is None) != everybody:
        typer.echo("stagepost: name a subject, or say --everybody: one of them", err=True)
        raise typer.Exit(EXIT_UNSAFE)
    until = datetime.now(UTC) + timedelta(seconds=LEEWAY)  # tokens are judged by the machine's clock, in every mode

    async def end(office: Office, present: datetime) -> bool:
        known = subject is None or await _is_known(office, subject, present)
        await recorded(office, EndSignIns(subject=subject, issued_until=until, reason=reason), end_sign_ins)
        return known

    if not run(authority, end):
        typer.echo(UNKNOWN, err=True)
    typer.echo(
        f"{subject or 'everybody'}: tokens issued until {until.isoformat(timespec='seconds')} are accepted no longer"
    )


async def _is_known(office: Office, subject: str, present: datetime) -> bool:
    """Whether somebody of this name was ever listed at work, or looked at anything that is on open record."""
    directory, _ = await office.precedent.latest(present)
    return subject in directory.assigned or bool(await office.journal.accesses.latest(Wanted(subject=subject), 1))
