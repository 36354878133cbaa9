"""By which name a family knows a member of staff."""

from typing import Final

from case_api.domain.facts.authority import Authority

THE_SCHOOL: Final = "the school"


def known_to_families(authority: Authority, staff: str) -> str:
    """As the directory has it; never the subject of a token, which tells a family nothing."""
    return authority.listed_name_of(staff) or THE_SCHOOL
