"""Where the events of a service may be posted: by https, to a name on the open internet (OWASP API7).

Only the form is judged here. What the name resolves to may change at any time: the notifier looks at each call.
"""

import re
from typing import Final

import idna

from case_api.domain.refusal import Missing, Refusal

FORM: Final = re.compile(r"(https?)://(\[[^\]]*\]|[^:/?\[]*)(?::([0-9]{1,5}))?(?:[/?].*)?")
STRANGE: Final = frozenset('\\"<>^`{|} ')
"""Characters that have no place in a URL (RFC 3986, appendix A), and that readers of URLs disagree about."""
LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
LAST_LABEL: Final = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
"""A top-level domain is never a number, so that nothing can be read as an address (RFC 3696, 2)."""
LONGEST_NAME: Final = 253
NOT_ON_THE_INTERNET: Final = frozenset({"localhost", "local", "localdomain", "internal", "arpa", "onion", "alt"})
"""Top-level names that lead to this machine, its network or nowhere (RFC 6761, 6762, 7686, 8375, 9476; ICANN)."""


class EndpointUnfit(Refusal):
    slug = "endpoint-unfit"
    rule_id = "R108"
    guidance_ref = "R108"
    title = "Events cannot be posted to this address."
    advice = (
        "Give an https address on port 443 whose host is a public name in its ASCII form; 'missing' says what is amiss."
    )


def a_webhook_goes_to_the_open_internet(pointer: str, url: str | None, allowed: frozenset[str]) -> Refusal | None:
    """R108: by https, on port 443, to a public name; a host that the operator of a demo allowed is as good."""
    fault = fault_in(url, allowed) if url is not None else None
    return EndpointUnfit(missing=(Missing(rule_id="R108", what=fault),), pointer=pointer) if fault else None


def fault_in(url: str, allowed: frozenset[str]) -> str | None:
    """What is amiss with *url*, as a code; None for one that may be called."""
    if not (url.isascii() and url.isprintable()) or STRANGE & set(url):
        return "unreadable"
    if "@" in url:
        return "user_info"
    if "#" in url:
        return "fragment"
    read = FORM.fullmatch(url)
    if read is None:
        return "unreadable"
    scheme, host, port = read.groups()
    if host in allowed or f"{host}:{port}" in allowed:
        return None
    if scheme != "https":
        return "not_https"
    if port not in (None, "443"):
        return "port"
    return None if is_public_name(host.lower()) else "not_a_public_name"


def is_public_name(host: str) -> bool:
    """Whether *host*, in lower case, is a domain name of at least two labels that may be on the internet."""
    labels = host.split(".")
    known = len(labels) > 1 and len(host) <= LONGEST_NAME and LAST_LABEL.fullmatch(labels[-1])
    if not known or labels[-1] in NOT_ON_THE_INTERNET or not all(map(LABEL.fullmatch, labels)):
        return False
    try:
        return idna.encode(host, strict=True).decode() == host
    except idna.IDNAError:
        return False
