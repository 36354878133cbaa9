"""Whether an address can be written to at all; whether anybody reads it shows when it is used."""

from email_validator import EmailNotValidError, validate_email

from case_api.domain.refusal import Refusal


class AddressUnusable(Refusal):
    slug = "address-unusable"
    rule_id = "R57"
    guidance_ref = "R57"
    title = "This is not an e-mail address."
    advice = "Check the address; an address that nobody can write to is left out."


def an_address_can_be_written_to(pointer: str, address: str | None) -> Refusal | None:
    """R57: an e-mail address has the form of one (RFC 5322); a missing one is for others to judge."""
    if address is None:
        return None
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return AddressUnusable(pointer=pointer)
    return None
