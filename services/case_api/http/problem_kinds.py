"""Every kind of problem that the API can answer with, apart from the refusals that the domain declares.

Each has a page at `/problems/{slug}` (RFC 9457, 3.1.1: the type URI resolves to words for people).
"""

from dataclasses import dataclass

from case_api.domain.refusal import REFUSALS


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its name in URLs and code, its status, and what to do about it."""

    slug: str
    status: int
    title: str
    advice: str


KINDS: dict[str, Kind] = {}
"""Kinds by slug; capability routes may declare more with `kind`."""


def kind(slug: str, status: int, title: str, advice: str) -> Kind:
    """Declare a kind of problem; raises ValueError when the slug is taken."""
    if slug in KINDS:
        raise ValueError(f"problem kind {slug} is declared twice")
    KINDS[slug] = Kind(slug, status, title, advice)
    return KINDS[slug]


def find_kind(slug: str) -> Kind | None:
    """The kind with this slug, refusals of the domain included."""
    return KINDS.get(slug) or _refusal_kinds().get(slug)


def _refusal_kinds() -> dict[str, Kind]:
    declared = [refusal for refusal in REFUSALS if hasattr(refusal, "slug")]
    return {each.slug: Kind(each.slug, each.status, each.title, each.advice) for each in declared}


UNREADABLE_BODY = kind(
    "unreadable-body",
    400,
    "The body is not JSON that can be read safely.",
    "Send one JSON value in UTF-8, without duplicate names, NaN, NUL or half surrogates.",
)
TOO_DEEP = kind("body-too-deep", 400, "The body is nested too deeply.", "Nest objects and arrays at most 32 deep.")
INVALID = kind(
    "invalid-request",
    400,
    "The request does not fit the published schema.",
    "Correct each place listed under 'errors'; the schema is in the OpenAPI document.",
)
KEY_MISSING = kind(
    "idempotency-key-missing",
    400,
    "A request that records something needs an Idempotency-Key.",
    "Send a new random key with each new command, and the same key again when you repeat it.",
)
KEY_UNREADABLE = kind(
    "idempotency-key-unreadable",
    400,
    "The Idempotency-Key cannot be read.",
    "Send it once, as 1 to 128 visible ASCII characters, with or without double quotes.",
)
CURSOR_UNREADABLE = kind(
    "cursor-unreadable",
    400,
    "The cursor cannot be read.",
    "Use a cursor exactly as an answer gave it, or leave it out to begin at the start.",
)
CONDITION_UNREADABLE = kind(
    "condition-unreadable",
    400,
    "If-Match or If-None-Match cannot be read.",
    "Send the ETag as it was given, in double quotes, or a list of them, or *.",
)
CONDITION_OF_FAMILY = kind(
    "if-match-of-family",
    400,
    "A carer's or learner's command takes no ETag in If-Match.",
    "Leave If-Match out: an ETag that a carer or learner was given stands for no version of the record.",
)
TIME_UNREADABLE = kind(
    "time-unreadable",
    400,
    "known_at or valid_at cannot be read.",
    "Give a date such as 2026-02-03, or an instant with its offset: 2026-02-03T10:00:00Z ('+' is %2B).",
)
KNOWN_AT_IN_THE_FUTURE = kind(
    "known-at-in-the-future",
    400,
    "What will be known later cannot be asked for.",
    "Give a known_at that is not in the future, or leave it out.",
)
UNAUTHENTICATED = kind(
    "unauthenticated",
    401,
    "A valid access token is needed.",
    "Get a new access token from your authority's sign-in service and send it as a bearer token.",
)
NOT_FOUND = kind(
    "not-found",
    404,
    "There is nothing here that you can see.",
    "Check the address. What you have no part in looks the same as what does not exist.",
)
METHOD_NOT_ALLOWED = kind(
    "method-not-allowed",
    405,
    "This address does not take that method.",
    "Use one of the methods in the Allow field.",
)
BODY_TOO_SLOW = kind(
    "body-too-slow",
    408,
    "The body did not arrive in time.",
    "Send the request again on a faster connection; nothing was recorded.",
)
CLOCK_MOVES_FORWARD = kind(
    "clock-only-moves-forward",
    409,
    "The clock only moves forward.",
    "Set it to a later instant, or start again with an empty store.",
)
STALE = kind(
    "precondition-failed",
    412,
    "It has changed since you read it.",
    "Read it again, look at what changed, and send your change with the new ETag.",
)
BODY_TOO_LARGE = kind("body-too-large", 413, "The body is too large.", "Send at most 64 KiB in one request.")
NOT_JSON = kind(
    "unsupported-media-type",
    415,
    "The body is not of a type that is read here.",
    "Send JSON as 'Content-Type: application/json', not compressed.",
)
IF_MATCH_MISSING = kind(
    "if-match-missing",
    428,
    "This change needs the ETag of what you saw.",
    "Read it first and send its ETag in If-Match, so that nobody's change is overwritten.",
)
NOT_SHOWN = kind(
    "part-not-shown",
    403,
    "This would replace a part of the record that you are not shown.",
    "Ask the learner's named person or somebody who leads support in the school to record it.",
)
TOO_MANY_REQUESTS = kind(
    "too-many-requests",
    429,
    "Too many requests in a short time.",
    "Wait for the number of seconds in Retry-After, then go on more slowly.",
)
TOO_MANY_LEARNERS = kind(
    "too-many-learners",
    429,
    "You have read of very many learners within an hour.",
    "Wait for the number of seconds in Retry-After; if your work needs more, ask the authority to set the limit.",
)
HEADERS_TOO_LARGE = kind(
    "headers-too-large", 431, "The address or the header fields are too long.", "Send fewer or shorter ones."
)
INTERNAL = kind(
    "internal-error",
    500,
    "Something went wrong on our side.",
    "Try again with the same Idempotency-Key. If it stays, tell the operator the number under 'incident'.",
)
UNAVAILABLE = kind(
    "unavailable",
    503,
    "The service cannot answer just now.",
    "Try again after the number of seconds in Retry-After, with the same Idempotency-Key.",
)
NOT_READY = kind("not-ready", 503, "The service is not ready.", "Look at the checks that are listed under 'failing'.")
OTHER = kind("request-refused", 400, "The request cannot be answered.", "See the status.")
