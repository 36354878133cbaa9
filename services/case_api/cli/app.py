"""The command line: one file for each command."""

import typer

from case_api.cli import keys
from case_api.cli.background import background
from case_api.cli.backup import backup
from case_api.cli.documents import openapi, reference, schemas
from case_api.cli.erase import erase
from case_api.cli.export import export_case
from case_api.cli.lines import InOneLine
from case_api.cli.prune_looks import prune
from case_api.cli.rebuild_boards import rebuild_boards
from case_api.cli.restore import restore
from case_api.cli.retention import retention
from case_api.cli.seal_key import seal_key
from case_api.cli.serve import serve
from case_api.cli.sign_out import sign_out
from case_api.cli.subject_access import subject_access
from case_api.cli.tombstones import tombstones
from case_api.cli.verify import verify

app = typer.Typer(
    cls=InOneLine,
    help="The case API of Stagepost: records support for learners as immutable facts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve)
app.command()(background)
app.command()(rebuild_boards)
app.command("export")(export_case)
app.command()(verify)
app.command()(retention)
app.command("subject-access")(subject_access)
app.command()(erase)
app.command("prune-looks")(prune)
app.command()(tombstones)
app.command()(backup)
app.command()(restore)
app.add_typer(keys.app, name="keys")
app.command("sign-out")(sign_out)
app.command("seal-key")(seal_key)
app.command()(openapi)
app.command()(schemas)
app.command()(reference)
