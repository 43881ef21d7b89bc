-- The log of events and the index over it, for MariaDB 10.6 or newer. See docs/adr/010-mariadb.md.
-- Every statement does no harm when it is run a second time.
--
-- Texts that are compared are VARBINARY: byte for byte, whatever the collation, and without cutting
-- spaces off. They hold UTF-8: CONVERT(message_id USING utf8mb4) shows them in any client.
-- Times are microseconds since 1970-01-01T00:00:00 UTC: FROM_UNIXTIME(generated / 1000000).

-- One row for each type ever seen, never deleted: an event in flight can always name it.
CREATE TABLE IF NOT EXISTS event_type (
    event_type_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARBINARY(1020) NOT NULL,
    UNIQUE KEY event_type_name (name)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Which traits events of a type have had; whether one is still there, the events say.
CREATE TABLE IF NOT EXISTS trait_name (
    event_type_id INT UNSIGNED NOT NULL,
    trait_type TINYINT NOT NULL,     -- 1 string, 2 integer, 3 float, 4 datetime
    name_key BIGINT NOT NULL,        -- hash of trait_type and name: a name may be too long for a key
    name MEDIUMBLOB NOT NULL,
    PRIMARY KEY (event_type_id, trait_type, name_key)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- A shape is a type together with the names and types of an event's traits. Which shapes have a
-- certain trait; an event is found by its shape in posting.
CREATE TABLE IF NOT EXISTS event_shape (
    name_key BIGINT NOT NULL,        -- as in trait_name
    event_type_id INT UNSIGNED NOT NULL,
    shape_key BIGINT NOT NULL,       -- hash of the shape
    PRIMARY KEY (name_key, event_type_id, shape_key)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Exactly once by id, over all partitions of event; also the order of sort=message_id.
-- (generated, tie) is where the event is.
CREATE TABLE IF NOT EXISTS event_id (
    message_id VARBINARY(1020) NOT NULL PRIMARY KEY,
    generated BIGINT NOT NULL,
    tie INT UNSIGNED NOT NULL,
    origin BIGINT NOT NULL,          -- by chance: tells the rows of one group of events from others
    digest MEDIUMBLOB NOT NULL       -- 32 bytes: SHA-256 of the event's canonical form
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The log, in the order of time. Partitions for the weeks to come are cut off `later` by the
-- service, and dropped as a whole when retention has come to their end.
CREATE TABLE IF NOT EXISTS event (
    generated BIGINT NOT NULL,
    tie INT UNSIGNED NOT NULL,       -- by chance: tells events of one microsecond apart
    message_id VARBINARY(1020) NOT NULL,
    event_type_id INT UNSIGNED NOT NULL,
    parts TINYINT NOT NULL,          -- 1: traits are in event_part, 2: raw is, 3: both are
    traits MEDIUMTEXT,               -- {"string": {"project_id": "..."}, "integer": {...}, ...}
    raw MEDIUMTEXT,                  -- canonical JSON; NULL stands for the empty object
    log_index BIGINT,                -- for the sequencer to come
    PRIMARY KEY (generated, tie)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
PARTITION BY RANGE (generated) (PARTITION later VALUES LESS THAN MAXVALUE);

-- Documents too large for a row of event, in pieces that fit into any server's max_allowed_packet.
CREATE TABLE IF NOT EXISTS event_part (
    generated BIGINT NOT NULL,
    tie INT UNSIGNED NOT NULL,
    document TINYINT NOT NULL,       -- 1 traits, 2 raw
    part INT NOT NULL,
    content LONGBLOB NOT NULL,
    PRIMARY KEY (generated, tie, document, part)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
PARTITION BY RANGE (generated) (PARTITION later VALUES LESS THAN MAXVALUE);

-- For a key (the hash of a type, of a shape, or of a trait's name and value) the events of a minute
-- that have it, one list for each transaction that brought such events. An entry is the time since
-- the entry before it, then tie, both as numbers of variable length (LEB128). A list may name an
-- event that is gone; it never misses one.
CREATE TABLE IF NOT EXISTS posting (
    trait_key BIGINT NOT NULL,
    minute BIGINT NOT NULL,          -- generated of the minute's first instant
    list INT UNSIGNED NOT NULL,      -- by chance: tells transactions apart
    entries VARBINARY(8000) NOT NULL,
    PRIMARY KEY (trait_key, minute, list)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
PARTITION BY RANGE (minute) (PARTITION later VALUES LESS THAN MAXVALUE);
