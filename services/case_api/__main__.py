"""`python -m case_api`: serve, rebuild the boards, export, verify, write the published documents."""

from case_api.cli.app import app

app(prog_name="stagepost")
