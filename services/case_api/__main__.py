"""`python -m case_api`: serve, rebuild the boards, write the published documents."""

from case_api.cli.app import app

app()
