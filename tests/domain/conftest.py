"""How many histories the property tests try: few on a laptop's every run, more where asked for."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "domain",
    parent=settings.get_profile("house"),
    max_examples=int(os.environ.get("STAGEPOST_TEST_HISTORIES", "100")),
    stateful_step_count=40,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
