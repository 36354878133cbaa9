"""Look-up by identifier or name through keyed hashes, so that no table holds either (D9)."""

from collections.abc import Iterable
from unicodedata import normalize

from case_api.domain.facts.people import Identifier
from case_api.store.keys import Keyring


def normalised(text: str) -> str:
    """A value as it is compared: compatible characters folded, case and spacing of no account."""
    return " ".join(normalize("NFKC", normalize("NFKC", text).casefold()).split())


def search_hashes(keyring: Keyring, identifiers: Iterable[Identifier]) -> tuple[bytes, ...]:
    """The hashes by which the identifiers are unique and found."""
    return tuple(keyring.search_hash(one.system, normalised(one.value)) for one in identifiers)
