"""Which roles may do what: plain sets, by kind of action; they grow into rules over relations later."""

from typing import Final

TEAM: Final = ("pupil_support", "school_leader")
"""Who leads support in a school (R76, R84)."""
PRACTITIONERS: Final = (*TEAM, "teacher", "support_assistant")
"""Everybody who works with learners in a school (R28, R33, R85)."""
SCHOOL: Final = (*PRACTITIONERS, "mis")
"""The school's people and the information system that speaks for them (R109)."""
PROTECTION: Final = ("child_protection", *PRACTITIONERS)
"""Who may be of the named group of a child-protection matter, and act in it (R80)."""
EMERGENCY: Final = ("child_protection", *TEAM)
"""Who may break the glass before a matter whose group they are not of."""
PROTECTION_READERS: Final = (*PROTECTION, "auditor")
"""Who may read a matter, if they are of its group."""
OUTSIDE: Final = ("external",)
"""Professionals outside the school (R81)."""
FAMILY: Final = ("learner", "carer")
"""The learner and the carers, each for themselves in their own case."""
AGENCY: Final = ("agency",)
"""Partner services, on requests addressed to them (R110)."""
READERS: Final = (*SCHOOL, "child_protection", "auditor")
"""Who reads a whole case."""
ADMINISTRATION: Final = ("authority_admin",)
"""Who publishes policy and keeps the directory."""
FEED: Final = ("notifier", "mis", "auditor", "pupil_support", "authority_admin", "agency")
"""Who follows events."""
AUDIT: Final = ("auditor",)
"""Who reads refused attempts and seals; the latter count what is hidden, too (D11)."""
