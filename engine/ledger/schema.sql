-- The ledger of pawl, schema version 5. A public interface: read it with sqlite3, Datasette, DuckDB or anything
-- else that speaks SQLite (3.37 or newer). The view `job` is the place to look; tables that end in _data hold
-- the same in fewer bytes. Times are microseconds since the Unix epoch:
-- datetime(finished_at / 1e6, 'unixepoch'). A row number counts the rows of the input from 1, header and empty
-- rows left out.

-- One pass over one input, of one or more invocations.
CREATE TABLE generation (
  id INTEGER PRIMARY KEY,            -- 1, 2, ...
  profile TEXT NOT NULL,             -- the target: profile, base URL and account
  base_url TEXT NOT NULL,
  account TEXT NOT NULL,             -- empty: the API names none
  input_path TEXT NOT NULL,
  input_sha256 TEXT NOT NULL,        -- of the bytes of the input, hexadecimal
  shaping_sha256 TEXT NOT NULL,      -- of the settings that shape a patch
  header TEXT NOT NULL,              -- csv: the header row; ndjson: empty
  delimiter TEXT NOT NULL,           -- csv: between its columns; empty: not known
  settings TEXT NOT NULL,            -- JSON, without secrets; under validated.* what was counted in the input
  rows INTEGER NOT NULL,             -- of the validated input
  skip_invalid INTEGER NOT NULL,     -- 1: rows that are wrong were recorded as invalid
  started_at INTEGER NOT NULL,
  finished_at INTEGER,               -- when no row was pending any more
  given_up_at INTEGER,               -- when a newer generation took its place, rows still pending
  id_prefix TEXT,                    -- what a job_data.id that is a BLOB begins with
  request_id_prefix TEXT             -- likewise for request_id
) STRICT;

-- Where rows begin in the input: a resume seeks there.
CREATE TABLE checkpoint (
  generation INTEGER NOT NULL REFERENCES generation (id),
  row INTEGER NOT NULL,              -- rows before it
  offset INTEGER NOT NULL,           -- bytes from the start of the file
  line INTEGER NOT NULL,             -- physical line, from 1
  PRIMARY KEY (generation, row)
) STRICT, WITHOUT ROWID;

-- Since version 5. With --match: what the API said of each value by which rows name their resource, before the
-- first write. It holds for the whole generation; a run that goes on does not ask again.
CREATE TABLE matched (
  generation INTEGER NOT NULL REFERENCES generation (id),
  value TEXT NOT NULL,               -- as rows have it
  ids TEXT NOT NULL,                 -- JSON list: the id of its resource; empty: there is none; two of several
  PRIMARY KEY (generation, value)
) STRICT, WITHOUT ROWID;

-- One invocation. ended_at NULL: it runs now, or was killed.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL REFERENCES generation (id),
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  version TEXT NOT NULL,
  exit_code INTEGER,
  stop_reason TEXT,
  applied INTEGER, unchanged INTEGER, skipped INTEGER, superseded INTEGER,   -- outcomes of this invocation
  refused INTEGER, mismatch INTEGER, failed INTEGER, unknown INTEGER, invalid INTEGER,
  -- Since version 2: the boot of the machine and the microseconds since then (CLOCK_BOOTTIME) at started_at.
  -- They go on where somebody sets the clock. NULL: not known.
  boot_id TEXT, started_boot_us INTEGER,
  host TEXT, user TEXT               -- since version 4: who ran it. NULL: not known
) STRICT;

-- A row that has an outcome, packed: read it through the view `job`. A row that is not here is pending.
-- An id or request id is kept as INTEGER where it is a decimal number, as BLOB of 16 bytes where it is a
-- lower-case UUID, as BLOB of another length where it is the generation's prefix with lower-case hexadecimal
-- digits behind it, and as TEXT otherwise.
CREATE TABLE job_data (
  key INTEGER PRIMARY KEY,           -- (generation - 1) << 40 | row
  id ANY NOT NULL,
  outcome INTEGER NOT NULL,          -- the order of the names in the view
  verified INTEGER,                  -- 0 full, 1 partial, 2 none
  http_status INTEGER,
  request_id ANY,
  attempts INTEGER NOT NULL,
  sent_after INTEGER,                -- microseconds from generation.started_at; NULL: never sent
  latency_us INTEGER NOT NULL,
  finished_after INTEGER NOT NULL,   -- microseconds from the reply (never sent: from generation.started_at)
  error_code TEXT,
  error_message TEXT,
  raw ANY                            -- the input row, unless a success; a BLOB where it is not UTF-8
) STRICT;

CREATE VIEW job AS SELECT
  CAST((d.key >> 40) + 1 AS INTEGER) AS generation,
  CAST(d.key & 0xffffffffff AS INTEGER) AS row,
  CAST(CASE typeof(d.id)
    WHEN 'blob' THEN CASE length(d.id)
      WHEN 16 THEN lower(substr(hex(d.id), 1, 8) || '-' || substr(hex(d.id), 9, 4) || '-' ||
        substr(hex(d.id), 13, 4) || '-' || substr(hex(d.id), 17, 4) || '-' || substr(hex(d.id), 21))
      ELSE g.id_prefix || lower(hex(d.id)) END
    ELSE d.id END AS TEXT) AS id,
  CAST(CASE d.outcome
    WHEN 0 THEN 'applied' WHEN 1 THEN 'unchanged' WHEN 2 THEN 'skipped' WHEN 3 THEN 'superseded'
    WHEN 4 THEN 'refused' WHEN 5 THEN 'mismatch' WHEN 6 THEN 'failed' WHEN 7 THEN 'unknown'
    WHEN 8 THEN 'invalid' END AS TEXT) AS outcome,
  CAST(CASE d.verified WHEN 0 THEN 'full' WHEN 1 THEN 'partial' WHEN 2 THEN 'none' END AS TEXT) AS verified,
  d.http_status AS http_status,
  d.error_code AS error_code,
  d.error_message AS error_message,
  CAST(CASE typeof(d.request_id)
    WHEN 'blob' THEN CASE length(d.request_id)
      WHEN 16 THEN lower(substr(hex(d.request_id), 1, 8) || '-' || substr(hex(d.request_id), 9, 4) || '-' ||
        substr(hex(d.request_id), 13, 4) || '-' || substr(hex(d.request_id), 17, 4) || '-' ||
        substr(hex(d.request_id), 21))
      ELSE g.request_id_prefix || lower(hex(d.request_id)) END
    ELSE d.request_id END AS TEXT) AS request_id,
  d.attempts AS attempts,
  CAST(g.started_at + d.sent_after AS INTEGER) AS sent_at,
  CAST(g.started_at + coalesce(d.sent_after, 0) + d.latency_us + d.finished_after AS INTEGER) AS finished_at,
  d.latency_us AS latency_us,
  d.raw AS raw,
  d.key AS key                       -- a condition on it is quick
FROM job_data AS d JOIN generation AS g ON g.id = (d.key >> 40) + 1;

-- The blocks of 16,384 row numbers (row >> 14) of which every row has an outcome, counted: a resume need not
-- read them again. Derived from job_data; the triggers keep it honest where somebody edits that by hand.
CREATE TABLE done_block (
  generation INTEGER NOT NULL,
  block INTEGER NOT NULL,
  applied INTEGER NOT NULL, unchanged INTEGER NOT NULL, skipped INTEGER NOT NULL, superseded INTEGER NOT NULL,
  refused INTEGER NOT NULL, mismatch INTEGER NOT NULL, failed INTEGER NOT NULL, unknown INTEGER NOT NULL,
  invalid INTEGER NOT NULL,
  PRIMARY KEY (generation, block)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER job_data_deleted AFTER DELETE ON job_data BEGIN
  DELETE FROM done_block
  WHERE generation = (old.key >> 40) + 1 AND block = (old.key & 0xffffffffff) >> 14;
END;
CREATE TRIGGER job_data_changed AFTER UPDATE OF key, outcome ON job_data BEGIN
  DELETE FROM done_block
  WHERE generation = (old.key >> 40) + 1 AND block = (old.key & 0xffffffffff) >> 14;
END;

-- Written before a request leaves: undo, and judging after a crash. A row has one for each time that it was
-- about to be sent with an intent; it stays when the row is done. Where the profile says body_is = "whole" or
-- "row", old_values holds beside the fields what else the resource showed (members as they stood, by their
-- names); new_values holds the fields that the row wants, also where the whole resource was sent.
CREATE TABLE intent (
  generation INTEGER NOT NULL,
  row INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,          -- rises from intent to intent of a row, also where the clock was set back
  run INTEGER NOT NULL REFERENCES run (id),
  id TEXT NOT NULL,
  -- JSON object, field name -> value as the API showed it, of the fields that are about to be written; a field
  -- that the API does not show is absent. NULL: nothing was read.
  old_values TEXT,
  new_values TEXT NOT NULL,          -- JSON object, field name -> value: what is about to be sent
  updated_at TEXT,                   -- JSON: the resource's time stamp as that read showed it; NULL: not shown
  sent_boot_us INTEGER,              -- since version 2: sent_at by the boot clock of its run; NULL: not known
  idempotency_key TEXT,              -- since version 3: the key that the write carries; NULL: it carries none
  PRIMARY KEY (generation, row, sent_at)
) STRICT, WITHOUT ROWID;

-- What a row's outcome was before `pawl run --retry` took the row again; it stays as history. From then on the
-- row is pending or has a new outcome, so rows = outcomes + pending holds at every moment.
CREATE TABLE retried (
  generation INTEGER NOT NULL,
  row INTEGER NOT NULL,
  run INTEGER NOT NULL REFERENCES run (id),   -- the invocation that took it again
  outcome TEXT NOT NULL,             -- this and the following as they stood in the view `job`
  http_status INTEGER,
  error_code TEXT,
  error_message TEXT,
  request_id TEXT,
  attempts INTEGER NOT NULL,
  sent_at INTEGER,
  finished_at INTEGER NOT NULL,
  -- JSON list of texts: fields that are not sent again, because later rows have written them; where these
  -- wrote only some members of an object, {"FIELD":{"MEMBER":null}}.
  left_out TEXT,
  PRIMARY KEY (generation, row, run)
) STRICT, WITHOUT ROWID;

-- Every 10 s of a run, and what happened in it.
CREATE TABLE sample (
  run INTEGER NOT NULL REFERENCES run (id),
  at INTEGER NOT NULL,
  applied INTEGER NOT NULL, unchanged INTEGER NOT NULL, skipped INTEGER NOT NULL, superseded INTEGER NOT NULL,
  refused INTEGER NOT NULL, mismatch INTEGER NOT NULL, failed INTEGER NOT NULL, unknown INTEGER NOT NULL,
  invalid INTEGER NOT NULL,          -- outcomes of the generation up to then
  reads INTEGER NOT NULL, writes INTEGER NOT NULL, retries INTEGER NOT NULL, throttled INTEGER NOT NULL,
  in_flight INTEGER NOT NULL,
  rate REAL NOT NULL,                -- writes per second since the sample before
  latency_p50_us INTEGER NOT NULL, latency_p95_us INTEGER NOT NULL, latency_max_us INTEGER NOT NULL,
  waits_for TEXT                     -- why nothing moves; NULL while it does
) STRICT;
CREATE TABLE event (
  run INTEGER NOT NULL REFERENCES run (id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,                -- throttled, gate, outage, recovered, signal, stop, ...
  reason TEXT NOT NULL
) STRICT;

-- Since version 4. What `pawl check-ledger` holds the other tables against: for each group of records their number
-- and the sum of a digest of each (XXH3, modulo 2^64). pawl changes it in the transaction in which it changes the
-- records, so whatever somebody else changes does not add up any more. A group is a block of 16,384 rows of a
-- generation (job_data, intent, retried), or a whole table (block 0).
CREATE TABLE seal (
  part TEXT NOT NULL,                -- the table
  block INTEGER NOT NULL,            -- (generation - 1) << 26 | row >> 14
  rows INTEGER NOT NULL,             -- records in the group
  sum INTEGER NOT NULL,
  PRIMARY KEY (part, block)
) STRICT, WITHOUT ROWID;

-- A link for the begin and the end of each run and every 10 s between them. Whoever has noted down the digest of one
-- (the seal that `pawl status` shows) finds it again in every later state of this ledger, and in no other file.
CREATE TABLE chain (
  link INTEGER PRIMARY KEY,          -- 1, 2, ...
  at INTEGER NOT NULL,
  seals BLOB NOT NULL,               -- SHA-256 of the table seal as it stood then
  digest BLOB NOT NULL               -- SHA-256 of the digest before it (zeros for the first), the number and the time of
                                     -- this link in decimal digits, each with a space behind it, and `seals`
) STRICT;
