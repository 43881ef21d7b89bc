-- Posting lists of whole days, which the service makes of the lists in `posting` once a day is quiet:
-- see docs/adr/010-mariadb.md. Builds that know only the step before would not find what stands in
-- them, so none of them works with the database any more.

-- For a key the events of a day that have it, as in posting, moved here out of posting.
CREATE TABLE IF NOT EXISTS posting_day (
    trait_key BIGINT NOT NULL,
    day BIGINT NOT NULL,             -- generated of the day's first instant (UTC)
    list TINYINT UNSIGNED NOT NULL,  -- 0, 1, ... in the order of time
    finish BIGINT NOT NULL,          -- generated of the last entry
    entries VARBINARY(4000) NOT NULL,
    PRIMARY KEY (trait_key, day, list)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
PARTITION BY RANGE (day) (PARTITION later VALUES LESS THAN MAXVALUE);

-- Days with lists in posting that were not looked at yet. Times are those of the server.
CREATE TABLE IF NOT EXISTS posting_backlog (
    day BIGINT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL,           -- when the first of these lists was written
    written BIGINT NOT NULL,         -- when the last one was, to the minute
    claimed BIGINT NOT NULL,         -- when the owner was last heard of
    owner BIGINT NOT NULL,           -- the instance that merges the day; 0 for none
    merged_to BIGINT NOT NULL        -- trait_key up to which it is done
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
