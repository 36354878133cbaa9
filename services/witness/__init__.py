"""A witness: cosigns the checkpoints of a log that only ever grew, and refuses every other; shares no code with it."""
