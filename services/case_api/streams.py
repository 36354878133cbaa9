"""The ids of streams (D8, D11)."""

from functools import lru_cache
from uuid import NAMESPACE_URL, UUID

from uuid_utils.compat import uuid5


@lru_cache(maxsize=20_000)
def told_of(case_id: UUID) -> UUID:
    """The stream that holds who was told about a case."""
    return uuid5(case_id, "told")


def stream_of_authority(authority: str) -> UUID:
    """The authority's own stream: policies, directory, staff."""
    return uuid5(NAMESPACE_URL, f"stagepost:authority:{authority}")
