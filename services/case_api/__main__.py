"""`python -m case_api`: serve, rebuild the boards, export, verify, write the published documents."""

import gc

gc.disable()  # what is imported stays: to search it for cycles, again and again, is a quarter of every start

from case_api.cli.app import app  # noqa: E402 (after the line above)

gc.freeze()
gc.enable()
app(prog_name="stagepost")
