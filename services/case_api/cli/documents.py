"""`python -m case_api schemas`, `openapi` and `reference`: write the published documents into a folder."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from case_api.http.app import create_app
from case_api.http.description import written
from case_api.http.policy_rows import access_page
from case_api.reference.events import events
from case_api.reference.rules import rules
from case_api.schemas import schema_files
from case_api.settings import Settings

Folder = Annotated[Path, typer.Argument(help="Where to write; made if it is not there.")]


def schemas(folder: Folder = Path("schemas")) -> None:
    """Write one JSON Schema for each event type and version."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schema_files().items():
        (folder / name).write_text(written(schema), "utf-8")


def openapi(folder: Folder = Path("openapi")) -> None:
    """Write the API document, byte for byte as it is served."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as var:
        app = create_app(Settings(mode="test", var=Path(var), authorities=("example",)))
        (folder / "case-api.json").write_text(written(app.openapi()), "utf-8")


def reference(folder: Folder = Path("docs")) -> None:
    """Write the pages on every event, on every rule by which a command can be refused, and on who may do what."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as var:
        access = access_page(create_app(Settings(mode="test", var=Path(var), authorities=("example",))))
    for name, page in {"events.md": events(), "rules.md": rules(), "access.md": access}.items():
        (folder / name).write_text(page, "utf-8")
