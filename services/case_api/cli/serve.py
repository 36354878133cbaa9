"""`python -m case_api serve`."""

import typer

from case_api import crash_points, logs
from case_api.cli.settings import EXIT_UNSAFE, settings_or_exit
from case_api.http.app import create_app, local_issuers
from case_api.http.serving import DrainingServer, server_config, spare_the_collector
from case_api.key_files import authority_keys, seal_keys
from case_api.packs import PackBroken, Packs
from case_api.settings import UnsafeSettings


def serve() -> None:
    """Serve the case API, as the STAGEPOST_… variables say. Exit code 2 when they are unsafe or a policy is broken."""
    settings = settings_or_exit()
    logs.configure()
    logs.speak_for_the_process()
    if settings.crash_at is not None:
        crash_points.arm(settings.crash_at)
    try:
        for warning in (*authority_keys(settings).warnings, *seal_keys(settings).warnings):
            typer.echo(f"stagepost: {warning}", err=True)
        Packs(settings.policies).check(settings.default_policy)
        app = create_app(settings, local_issuers(settings))
    except (UnsafeSettings, PackBroken) as unsafe:
        typer.echo(f"stagepost: {unsafe}", err=True)
        raise typer.Exit(EXIT_UNSAFE) from None
    spare_the_collector()
    DrainingServer(server_config(app, settings.host, settings.port), app.state.closing).run()
