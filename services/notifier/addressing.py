"""From an event and its recipients to the rows of the outbox: pure, by the rules."""

from uuid import UUID

from notifier.outbox import Entry, message_id_of
from notifier.rules import BY_EVENT_AND_ROLE, NO_CHANNEL, URGENCIES, Rule
from notifier.wire import FeedEvent, Recipient


def entries_for(event: FeedEvent, recipients: tuple[Recipient, ...]) -> list[Entry]:
    """One row for each recipient for whom there is a rule, by the first of their channels that we can use.

    Someone in two roles with the same letter gets it once.
    """
    found: dict[UUID, Entry] = {}
    for recipient in recipients:
        rule = BY_EVENT_AND_ROLE.get((event.type, recipient.role))
        if rule is not None:
            entry = _entry(event, recipient, rule)
            found.setdefault(entry.message_id, entry)
    return list(found.values())


def without_a_rule(event: FeedEvent, recipients: tuple[Recipient, ...]) -> list[str]:
    """The roles that the case API names and our rules do not."""
    return sorted({each.role for each in recipients if (event.type, each.role) not in BY_EVENT_AND_ROLE})


def _entry(event: FeedEvent, recipient: Recipient, rule: Rule) -> Entry:
    channel = next((each for each in recipient.channels if each in rule.channels), NO_CHANNEL)
    reachable = channel != NO_CHANNEL
    return Entry(
        message_id=message_id_of(event.id, recipient.recipient, rule.template, channel),
        event_id=event.id,
        event_type=event.type,
        case_id=event.case_id,
        recipient=recipient.recipient,
        role=recipient.role,
        template=rule.template,
        channel=channel,
        urgency=URGENCIES.index(rule.urgency),
        state="queued" if reachable else "unreachable",
        reason=None if reachable else "no_channel",
    )
