-- One authority's log on PostgreSQL. {log} and {keys} are schemas; run whole, in one transaction, under a lock.

CREATE SCHEMA IF NOT EXISTS {log};
CREATE SCHEMA IF NOT EXISTS {keys};

-- A process of a newer version starts while older ones append and read: these first let go of what is changed below, in
-- the order in which they take it. Else each would wait for the other.
DO $$
BEGIN
  IF to_regclass('{log}.idempotency') IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('{log}.stored_events', 0));
    LOCK TABLE {log}.idempotency, {log}.stored_events IN ACCESS EXCLUSIVE MODE;
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS {log}.stored_events (
  originator_id uuid NOT NULL,
  originator_version bigint NOT NULL,
  topic text NOT NULL,
  state bytea NOT NULL,
  notification_id bigint NOT NULL UNIQUE,
  event_id uuid NOT NULL UNIQUE,
  PRIMARY KEY (originator_id, originator_version)
) WITH (autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.01);
CREATE INDEX IF NOT EXISTS sealed_streams ON {log}.stored_events (originator_id)
  WHERE topic = 'Sealed.v1' AND originator_version = 1;
CREATE INDEX IF NOT EXISTS erased_streams ON {log}.stored_events (originator_id)
  WHERE topic = 'PersonalDataKeyDestroyed.v1';
ALTER TABLE {log}.stored_events ALTER COLUMN state SET STORAGE EXTERNAL; -- ciphertext does not compress

CREATE TABLE IF NOT EXISTS {log}.idempotency (
  client text NOT NULL,
  key text NOT NULL,
  fingerprint bytea NOT NULL,
  reply bytea NOT NULL,
  case_id uuid,
  kept_at bigint NOT NULL,
  PRIMARY KEY (client, key)
);
DROP INDEX IF EXISTS {log}.idempotency_kept_at;
CREATE INDEX IF NOT EXISTS idempotency_age ON {log}.idempotency USING brin (kept_at); -- rows come in the order of time
DROP INDEX IF EXISTS {log}.idempotency_case_id; -- written at random by each command, and looked at by erasures alone

CREATE TABLE IF NOT EXISTS {log}.identifiers (hash bytea PRIMARY KEY, case_id uuid NOT NULL);
CREATE INDEX IF NOT EXISTS identifiers_case_id ON {log}.identifiers (case_id);

CREATE TABLE IF NOT EXISTS {log}.attempts (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at text NOT NULL,
  subject text NOT NULL,
  organisation text NOT NULL,
  role text NOT NULL,
  case_id uuid,
  command text NOT NULL,
  rule_ids text NOT NULL,
  policy text NOT NULL,
  reason text NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_case_id ON {log}.attempts (case_id);

CREATE TABLE IF NOT EXISTS {log}.accesses (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  request_id uuid NOT NULL,
  subject text NOT NULL,
  organisation text NOT NULL,
  client text NOT NULL,
  role text NOT NULL,
  roles text NOT NULL,
  behalf text NOT NULL,
  purpose text NOT NULL,
  operation text NOT NULL,
  seen text NOT NULL,
  decision text NOT NULL,
  rule_ids text NOT NULL,
  policy text NOT NULL,
  case_id uuid
);
CREATE INDEX IF NOT EXISTS accesses_at ON {log}.accesses (at, number);
CREATE INDEX IF NOT EXISTS accesses_case_id ON {log}.accesses (case_id, at);
CREATE INDEX IF NOT EXISTS accesses_subject ON {log}.accesses (subject, at);
CREATE TABLE IF NOT EXISTS {log}.sealed_accesses (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  mark uuid NOT NULL,
  sealed text NOT NULL
);
CREATE INDEX IF NOT EXISTS sealed_accesses_mark ON {log}.sealed_accesses (mark);
CREATE TABLE IF NOT EXISTS {log}.alerts (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  alert_id uuid NOT NULL,
  cause text NOT NULL,
  subject text NOT NULL,
  organisation text NOT NULL,
  client text NOT NULL,
  figure bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS alerts_subject ON {log}.alerts (subject, at);

CREATE TABLE IF NOT EXISTS {keys}.data_keys (
  key_id uuid PRIMARY KEY,
  wrapped bytea,
  made_at text NOT NULL,
  destroyed_at text
);
CREATE INDEX IF NOT EXISTS destroyed_keys ON {keys}.data_keys (destroyed_at) WHERE destroyed_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS {keys}.api_keys (name text PRIMARY KEY, hash bytea NOT NULL, used_on text);

CREATE OR REPLACE FUNCTION {log}.refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION '% is append only', TG_TABLE_NAME; END $$;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {log}.stored_events
  FOR EACH STATEMENT EXECUTE FUNCTION {log}.refuse();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {log}.attempts
  FOR EACH STATEMENT EXECUTE FUNCTION {log}.refuse();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {log}.accesses
  FOR EACH STATEMENT EXECUTE FUNCTION {log}.refuse();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {log}.sealed_accesses
  FOR EACH STATEMENT EXECUTE FUNCTION {log}.refuse();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {log}.alerts
  FOR EACH STATEMENT EXECUTE FUNCTION {log}.refuse();

-- Judges a batch of commands and stores those that pass, each whole or not at all (D4).
--
-- The arrays hold one element for each event, idempotency row and identifier; *_c names its command (1, 2, …). hd_* say
-- at which version each stream of a command must stand, sk_* under which keys its events are sealed.
-- No two commands of a batch touch the same stream, key or identifier: the caller sees to that, and the unique
-- indexes refuse the whole batch where it did not. Answers one number for each command: 0 stored, -1 a version is
-- taken or would be missing, -2 the idempotency key is known, -3 an identifier is taken, -4 a key was destroyed.
--
-- VOLATILE: after the wait for the lock each statement sees what was committed meanwhile. The lock's order is the
-- commit order is the order of positions, and positions are counted, not drawn from a sequence: no gap after a crash.
-- Whoever calls it plans by PLANNING (postgres_line.py) for the whole connection: settings of the function's own would
-- be made and unmade with each call. What is looked up for each row is a query of its own, and no join: a join that was
-- planned while a table was small would go through all of it, however large it has become.
DO $$
DECLARE earlier regprocedure;
BEGIN
  FOR earlier IN SELECT oid FROM pg_proc WHERE proname IN ('append', 'append_one') AND pronamespace = to_regnamespace('{log}') LOOP
    EXECUTE 'DROP FUNCTION ' || earlier;
  END LOOP;
END $$;
CREATE FUNCTION {log}.append(
  commands int,
  hd_c int[], hd_stream uuid[], hd_head bigint[],
  ev_c int[], ev_stream uuid[], ev_version bigint[], ev_topic text[], ev_state bytea[], ev_id uuid[],
  sk_c int[], sk_id uuid[],
  ik_c int[], ik_client text[], ik_key text[], ik_print bytea[], ik_reply bytea[], ik_case uuid[], ik_at bigint[],
  id_c int[], id_hash bytea[], id_case uuid[]
) RETURNS int[] LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  verdicts int[] := array_fill(0, ARRAY[commands]);
  graver CONSTANT int[] := ARRAY[0, -1, -3, -2, -4]; -- where several hold, the one that stands last here is answered
  refused record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('{log}.stored_events', 0));

  FOR refused IN
    SELECT h.c, -1 AS verdict FROM unnest(hd_c, hd_stream, hd_head) AS h(c, stream, head)
     WHERE h.head <> coalesce((SELECT max(s.originator_version) FROM {log}.stored_events AS s
                                WHERE s.originator_id = h.stream), 0)
    UNION ALL
    SELECT u.c, -3 FROM unnest(id_c, id_hash) AS u(c, hash)
     WHERE (SELECT true FROM {log}.identifiers AS i WHERE i.hash = u.hash)
    UNION ALL
    SELECT u.c, -2 FROM unnest(ik_c, ik_client, ik_key) AS u(c, client, key)
     WHERE (SELECT true FROM {log}.idempotency AS i WHERE i.client = u.client AND i.key = u.key)
    UNION ALL
    SELECT u.c, -4 FROM unnest(sk_c, sk_id) AS u(c, id)
     WHERE (SELECT k.wrapped IS NULL FROM {keys}.data_keys AS k WHERE k.key_id = u.id)
  LOOP
    IF array_position(graver, refused.verdict) > array_position(graver, verdicts[refused.c]) THEN
      verdicts[refused.c] := refused.verdict;
    END IF;
  END LOOP;

  WITH kept AS (
    INSERT INTO {log}.idempotency (client, key, fingerprint, reply, case_id, kept_at)
      SELECT k.client, k.key, k.print, k.reply, k.case_id, k.at
        FROM unnest(ik_c, ik_client, ik_key, ik_print, ik_reply, ik_case, ik_at)
             AS k(c, client, key, print, reply, case_id, at)
       WHERE verdicts[k.c] = 0
  ), named AS (
    INSERT INTO {log}.identifiers (hash, case_id)
      SELECT i.hash, i.case_id FROM unnest(id_c, id_hash, id_case) AS i(c, hash, case_id) WHERE verdicts[i.c] = 0
  )
  INSERT INTO {log}.stored_events (originator_id, originator_version, topic, state, notification_id, event_id)
    SELECT e.stream, e.version, e.topic, e.state,
           (SELECT coalesce(max(notification_id), 0) FROM {log}.stored_events) + row_number() OVER (ORDER BY e.ord),
           e.id
      FROM unnest(ev_c, ev_stream, ev_version, ev_topic, ev_state, ev_id)
           WITH ORDINALITY AS e(c, stream, version, topic, state, id, ord)
     WHERE verdicts[e.c] = 0;
  RETURN verdicts;
END $$;

-- The same for one command of one event under one idempotency key, which most are that come alone: without the sets,
-- which cost a lone command more than to store it.
CREATE FUNCTION {log}.append_one(
  stream uuid, version bigint, topic text, state bytea, event uuid, data_key uuid,
  by_client text, by_key text, print bytea, answer bytea, of_case uuid, at bigint
) RETURNS int LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  verdict int;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('{log}.stored_events', 0));
  SELECT CASE
    WHEN EXISTS (SELECT FROM {keys}.data_keys AS k WHERE k.key_id = data_key AND k.wrapped IS NULL) THEN -4
    WHEN EXISTS (SELECT FROM {log}.idempotency AS i WHERE i.client = by_client AND i.key = by_key) THEN -2
    WHEN version <> 1 + coalesce((SELECT max(s.originator_version) FROM {log}.stored_events AS s
                                   WHERE s.originator_id = stream), 0) THEN -1
    ELSE 0 END INTO verdict;
  IF verdict = 0 THEN
    WITH kept AS (
      INSERT INTO {log}.idempotency (client, key, fingerprint, reply, case_id, kept_at)
        VALUES (by_client, by_key, print, answer, of_case, at)
    )
    INSERT INTO {log}.stored_events (originator_id, originator_version, topic, state, notification_id, event_id)
      VALUES (stream, version, topic, state,
              (SELECT 1 + coalesce(max(notification_id), 0) FROM {log}.stored_events), event);
  END IF;
  RETURN verdict;
END $$;
