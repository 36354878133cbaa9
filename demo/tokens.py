"""Access tokens for everybody in the demo, from the case API's own issuer for demo mode."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from case_api.http.issuer import LocalIssuer
from case_api.settings import Settings
from demo.files import write_private
from demo.script import Staff

AUTHORITY = "strathlorne"
LIFETIME = timedelta(hours=12)
"""The longest that demo mode allows."""
RENEWAL = timedelta(hours=6)

FACES = {
    "teacher": "ms.okafor",
    "pupil_support": "mr.hay",
    "guidance": "mrs.lennox",
    "support_assistant": "mr.dar",
    "school_leader": "dr.moffat",
    "child_protection": "ms.sinclair",
    "external": "dr.kerr",
    "agency_slt": "slt.desk",
    "agency_camhs": "camhs.desk",
    "agency_harbour": "harbour.desk",
    "mis": "mis",
    "authority_admin": "directorate",
    "auditor": "auditor",
    "notifier": "notifier",
}
"""Whose token stands for which role in `demo.json`."""


class Tokens:
    """Mints with the key under *var* that the case API trusts in demo and test mode."""

    def __init__(self, var: Path, staff: Mapping[str, Staff]) -> None:
        self._issuer = LocalIssuer(Settings(mode="demo", var=var, authorities=(AUTHORITY,)))
        self._staff = staff

    def of(self, subject: str, ids: Mapping[str, str] | None = None) -> str:
        """A token of a person or system of the story; *ids* are those saved, among them a family's own."""
        staff = self._staff[subject]
        if staff.case and staff.person and ids:
            return self.of_family(staff.roles[0], UUID(ids[staff.case]), UUID(ids[staff.person]))
        return self._issuer.mint(
            subject,
            authority=AUTHORITY,
            roles=staff.roles,
            org=staff.org,
            client=f"demo-{subject}",
            services=staff.services,
            lifetime=LIFETIME,
        )

    def of_family(self, role: str, case: UUID, person: UUID) -> str:
        """A token of a carer or the learner: for one person in one case."""
        return self._issuer.mint(
            str(person),
            authority=AUTHORITY,
            roles=(role,),
            org="family",
            client="demo-family",
            person=person,
            case=case,
            lifetime=LIFETIME,
        )

    def for_all(self, ids: Mapping[str, str]) -> dict[str, str]:
        """One token for each role; *ids* are those that the story saved."""
        tom = self.of_family("carer", UUID(ids["maja"]), UUID(ids["tom"]))
        callum = self.of_family("learner", UUID(ids["callum"]), UUID(ids["callum_himself"]))
        return {role: self.of(subject) for role, subject in FACES.items()} | {"carer": tom, "learner": callum}

    def keep_for_notifier(self, path: Path) -> None:
        """Write the notifier's token where it reads it anew for each call."""
        write_private(path, self.of("notifier"))
