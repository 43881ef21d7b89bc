-- The log of events and the index over it. See docs/adr/007-index-in-runs.md.

-- One row for each type ever seen. A type is listed while event_count is above zero, and its row is
-- never deleted: an event in flight can always name it.
CREATE TABLE event_type (
    event_type_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    event_count INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Which traits events of a type have had; what is still there is decided by the index.
CREATE TABLE trait_name (
    event_type_id INTEGER NOT NULL REFERENCES event_type (event_type_id),
    trait_type INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (event_type_id, trait_type, name)
) STRICT, WITHOUT ROWID;

-- The log, in the order of arrival. Rows are appended and never changed.
CREATE TABLE event (
    number INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL,
    event_type_id INTEGER NOT NULL REFERENCES event_type (event_type_id),
    generated INTEGER NOT NULL,      -- microseconds since 1970-01-01T00:00:00 UTC
    traits BLOB NOT NULL,            -- see Sources/SQLiteStorage/Events/TraitCodec.swift
    raw TEXT,                        -- canonical JSON; NULL stands for the empty object
    digest BLOB NOT NULL,            -- SHA-256 of the event's canonical form
    log_index INTEGER                -- for the sequencer to come
) STRICT;

-- Exactly once by id; also the order of sort=message_id.
CREATE UNIQUE INDEX event_message_id ON event (message_id);

-- A run indexes the events of a range of numbers. It is written once, in key order, a little behind
-- the log, and merged with its neighbours into a longer one later on.
CREATE TABLE run (
    run_id INTEGER PRIMARY KEY,
    level INTEGER NOT NULL,          -- 0 is the youngest
    first_number INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    event_count INTEGER NOT NULL,
    earliest INTEGER NOT NULL,       -- least and greatest generated of its events
    latest INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('building', 'serving', 'retired'))
) STRICT;
CREATE INDEX run_state_earliest ON run (state, earliest);

-- The events of a run ordered by (generated, message_id), 64 a row. The place in that order is the
-- event's rank. An entry is generated (8 bytes) and number - first_number (4 bytes), little endian.
CREATE TABLE run_order (
    run_id INTEGER NOT NULL,
    page INTEGER NOT NULL,           -- rank / 64
    entries BLOB NOT NULL,
    PRIMARY KEY (run_id, page)
) STRICT, WITHOUT ROWID;

-- For a key (the hash of a type, of a trait's name, or of a trait's name and value) the ranks of the
-- events that have it: ascending, each as its distance from the one before, in variable length.
CREATE TABLE posting (
    run_id INTEGER NOT NULL,
    key INTEGER NOT NULL,
    part INTEGER NOT NULL,           -- rank / 65536
    ranks BLOB NOT NULL,
    PRIMARY KEY (run_id, key, part)
) STRICT, WITHOUT ROWID;

-- Facts about the store as a whole, by name.
CREATE TABLE store_fact (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
