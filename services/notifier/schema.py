"""The notifier's tables: ids, codes, counters and times. No name, address or text has a column here.

Times are microseconds since 1970 in UTC; flags are 0 or 1.
"""

STATEMENTS = (
    """
    CREATE TABLE IF NOT EXISTS feed_position (
        feed TEXT PRIMARY KEY,
        next_cursor TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS outbox (
        message_id TEXT PRIMARY KEY,
        event_id TEXT NOT NULL,
        event_type TEXT NOT NULL,
        case_id TEXT NOT NULL,
        recipient TEXT NOT NULL,
        role TEXT NOT NULL,
        template TEXT NOT NULL,
        channel TEXT NOT NULL,
        urgency BIGINT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        attempts BIGINT NOT NULL DEFAULT 0,
        calling BIGINT NOT NULL DEFAULT 0,
        possible_duplicate BIGINT NOT NULL DEFAULT 0,
        next_attempt_at BIGINT,
        lease_until BIGINT,
        created_at BIGINT NOT NULL,
        UNIQUE (event_id, recipient, template, channel)
    )
    """,
    """
    CREATE INDEX IF NOT EXISTS outbox_due_on_channel ON outbox (channel, urgency, next_attempt_at)
    WHERE state IN ('queued', 'in_doubt')
    """,
    """
    CREATE INDEX IF NOT EXISTS outbox_claimed ON outbox (lease_until) WHERE state = 'claimed'
    """,
    """
    CREATE TABLE IF NOT EXISTS reports (
        message_id TEXT PRIMARY KEY,
        outcome TEXT NOT NULL,
        body TEXT,
        reported BIGINT NOT NULL DEFAULT 0,
        tries BIGINT NOT NULL DEFAULT 0,
        next_try_at BIGINT NOT NULL
    )
    """,
    """
    CREATE INDEX IF NOT EXISTS reports_due ON reports (next_try_at) WHERE reported = 0
    """,
    """
    CREATE TABLE IF NOT EXISTS parked (
        event_id TEXT PRIMARY KEY,
        case_id TEXT NOT NULL,
        event_type TEXT NOT NULL,
        place BIGINT NOT NULL,
        reason TEXT NOT NULL,
        tries BIGINT NOT NULL,
        next_try_at BIGINT NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS gone_endpoints (
        recipient TEXT PRIMARY KEY,
        endpoint_hash TEXT NOT NULL,
        since BIGINT NOT NULL
    )
    """,
)
