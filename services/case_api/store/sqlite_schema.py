"""The tables of an authority's SQLite files: the log, its keys, who was refused and who looked (D22)."""

# Replies have a rowid: as rows of a tree ordered by key each would be written among strangers, and a batch of 64
# commands writes 285 pages instead of 130. Logs of the first version keep them so, and go on as they are.
# Nor is there an index of them by case: each command would write one page more of it at random, and nobody asks but an
# erasure, which rather looks through all of them.
# AUTOINCREMENT: without it SQLite gives the position of a row that was cut off the tail to the next one
LOG = """
CREATE TABLE IF NOT EXISTS stored_events (
  rowid INTEGER PRIMARY KEY AUTOINCREMENT,
  originator_id TEXT NOT NULL,
  originator_version INTEGER NOT NULL,
  topic TEXT NOT NULL,
  state BLOB NOT NULL,
  event_id TEXT NOT NULL UNIQUE,
  UNIQUE (originator_id, originator_version)
);
CREATE INDEX IF NOT EXISTS sealed_streams ON stored_events (originator_id)
  WHERE topic = 'Sealed.v1' AND originator_version = 1;
CREATE INDEX IF NOT EXISTS erased_streams ON stored_events (originator_id) WHERE topic = 'PersonalDataKeyDestroyed.v1';
CREATE TABLE IF NOT EXISTS idempotency (
  client TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  reply BLOB NOT NULL,
  case_id TEXT,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (client, key)
);
CREATE INDEX IF NOT EXISTS idempotency_kept_at ON idempotency (kept_at);
DROP INDEX IF EXISTS idempotency_case_id;
CREATE TABLE IF NOT EXISTS identifiers (hash BLOB PRIMARY KEY, case_id TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS identifiers_case_id ON identifiers (case_id);
"""

SAME_EVENT = (
    "rowid = NEW.rowid OR event_id = NEW.event_id"
    " OR (originator_id = NEW.originator_id AND originator_version = NEW.originator_version)"
)

NO_GAP = """
CREATE TRIGGER IF NOT EXISTS stored_events_no_gap BEFORE INSERT ON stored_events
  WHEN NEW.originator_version <> 1 AND NOT EXISTS (SELECT 1 FROM stored_events
    WHERE originator_id = NEW.originator_id AND originator_version = NEW.originator_version - 1)
  BEGIN SELECT RAISE(ABORT, 'a version would be missing'); END;
"""
"""A stream has every version from 1 up to its last."""

KEYS = """
CREATE TABLE IF NOT EXISTS data_keys (
  key_id TEXT PRIMARY KEY,
  wrapped BLOB,
  made_at TEXT NOT NULL,
  destroyed_at TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS destroyed_keys ON data_keys (destroyed_at) WHERE destroyed_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS api_keys (name TEXT PRIMARY KEY, hash BLOB NOT NULL, used_on TEXT) WITHOUT ROWID;
"""

ATTEMPTS = """
CREATE TABLE IF NOT EXISTS attempts (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  subject TEXT NOT NULL,
  organisation TEXT NOT NULL,
  role TEXT NOT NULL,
  case_id TEXT,
  command TEXT NOT NULL,
  rule_ids TEXT NOT NULL,
  policy TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_case_id ON attempts (case_id);
"""

SAME_NUMBER = "number = NEW.number"

ACCESSES = """
CREATE TABLE IF NOT EXISTS accesses (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  organisation TEXT NOT NULL,
  client TEXT NOT NULL,
  role TEXT NOT NULL,
  roles TEXT NOT NULL,
  behalf TEXT NOT NULL,
  purpose TEXT NOT NULL,
  operation TEXT NOT NULL,
  seen TEXT NOT NULL,
  decision TEXT NOT NULL,
  rule_ids TEXT NOT NULL,
  policy TEXT NOT NULL,
  case_id TEXT
);
CREATE INDEX IF NOT EXISTS accesses_at ON accesses (at);
CREATE INDEX IF NOT EXISTS accesses_case_id ON accesses (case_id, at);
CREATE INDEX IF NOT EXISTS accesses_subject ON accesses (subject, at);
CREATE TABLE IF NOT EXISTS sealed_accesses (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  mark TEXT NOT NULL,
  sealed TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS sealed_accesses_mark ON sealed_accesses (mark);
CREATE TABLE IF NOT EXISTS alerts (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  alert_id TEXT NOT NULL,
  cause TEXT NOT NULL,
  subject TEXT NOT NULL,
  organisation TEXT NOT NULL,
  client TEXT NOT NULL,
  figure INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS alerts_subject ON alerts (subject, at);
"""


def append_only(table: str, same: str) -> str:
    """Triggers that refuse what would change or remove a row.

    *same* tells whether a row is there already: REPLACE removes it without asking the trigger on DELETE.
    """
    there = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 (names of our own)
    return "".join(
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{name} BEFORE {verb} ON {table} {when}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append only'); END;\n"
        for name, verb, when in (("update", "UPDATE", ""), ("delete", "DELETE", ""), ("replace", "INSERT", there))
    )


WHO_LOOKED = (
    ATTEMPTS
    + ACCESSES
    + "".join(append_only(table, SAME_NUMBER) for table in ("attempts", "accesses", "sealed_accesses", "alerts"))
)
"""All of access.db."""
