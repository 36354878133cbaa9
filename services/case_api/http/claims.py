"""What an access token must say, and of which types (RFC 9068, 2.2; contract: bearer claims)."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from case_api.access.principal import FAMILY_ROLES, Principal
from case_api.domain.words import ROLES

Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Seconds = Annotated[float, Field(ge=0, le=2**40, allow_inf_nan=False)]


class Claims(BaseModel):
    """What a token must say, and of which type."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)

    iss: Word
    sub: Word
    aud: str | list[str]
    exp: Seconds
    iat: Seconds
    nbf: Seconds = 0
    authority: Word
    org: Word
    client_id: Word | None = None
    azp: Word | None = None
    roles: Annotated[list[Word], Field(max_length=50)]
    services: Annotated[list[Word], Field(max_length=100)] = []
    person: UUID | None = None
    case: UUID | None = None

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        known = ROLES.intersection(self.roles)
        family = known & FAMILY_ROLES
        if not known or not (self.client_id or self.azp):
            raise ValueError("no role or no client")
        if family and (len(known) > 1 or self.person is None or self.case is None):
            raise ValueError("a role of the family belongs to one person in one case, and stands alone")
        return self

    def principal(self) -> Principal:
        return Principal(
            subject=self.sub,
            organisation=self.org,
            authority=self.authority,
            client=self.client_id or self.azp or "",
            roles=ROLES.intersection(self.roles),
            services=frozenset(self.services),
            person=self.person,
            case=self.case,
        )
