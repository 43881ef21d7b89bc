-- Which stretches of the log hold which times, a few bytes for each 256 KiB. A search by traits in a
-- window of time reads what both indexes agree on: the rows outside of the window, which the index on
-- traits finds as well, are not looked at. See docs/adr/009-postgresql.md for what was measured.
CREATE INDEX event_time_ranges ON event USING brin (generated) WITH (pages_per_range = 32);
