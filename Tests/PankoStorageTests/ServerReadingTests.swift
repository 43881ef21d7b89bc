import EventCopy
import EventStore
import MySQL
import OpenSSL
import PankoStorage
import PostgreSQL
import SQL
import TestSupport
import Testing
import Values

@Suite(
    "Panko on PostgreSQL",
    .enabled(if: EngineDatabase.postgresql.isThere, "\(EngineDatabase.comment)"))
struct PostgreSQLReadingTests {
    @Test("every event of the seed comes as its publisher would send it to us")
    func seeds() async throws {
        try await withPankoOnPostgreSQL { source in
            try await expectSeeds(in: source)
        }
    }

    @Test("every row is there, whatever the size of the pages")
    func pages() async throws {
        try await withPankoOnPostgreSQL { source in
            try await expectPages(of: source, rows: 35)
        }
    }

    @Test("odd rows are kept, and what had to change is said")
    func oddRows() async throws {
        try await withPankoOnPostgreSQL { source in
            let (events, changes, _) = try await source(1000).everything()
            let byID = Dictionary(uniqueKeysWithValues: events.map { ($0.messageID, $0) })
            #expect(byID["r-nulls"]?.traits == PankoExpectations.nulls)
            #expect(byID["r-limits"]?.traits == PankoExpectations.limits)
            #expect(byID["r-nan"]?.traits == [EventStore.Trait("f", .null(.float))])
            #expect(byID["r-inf"]?.traits == [EventStore.Trait("f", .null(.float))])
            #expect(byID["r-emoji"]?.traits == [EventStore.Trait("a", .text("😀"))])
            #expect(byID["r-raw70k"]?.raw.text.utf8.count == 70_008)
            #expect(byID["EDGE-BIGINT"] != nil)
            #expect(byID["r-tz"]?.generated == Timestamp("2020-01-03T22:00:00"))
            #expect(
                changes.map(\.kind).sorted { $0.rawValue < $1.rawValue } == [
                    .eventTypeReplaced, .generatedReplaced, .messageIDReplaced, .messageIDReplaced,
                    .nonFinite, .nonFinite, .rawChanged,
                ])
        }
    }

    @Test("times beyond the year 9999 are kept as text, whatever form the server is set to")
    func times() async throws {
        let script = """
            UPDATE event SET generated = 'infinity' WHERE id = 4;
            UPDATE trait_datetime SET value = '0044-03-15 BC' WHERE event_id = 4;
            DO $$ BEGIN
                EXECUTE format('ALTER DATABASE %I SET datestyle = ''SQL, DMY''', current_database());
                EXECUTE format('ALTER DATABASE %I SET extra_float_digits = -3', current_database());
            END $$
            """
        try await withPankoOnPostgreSQL(more: script) { source in
            let events = try await source(1000).everything().events
            let found = events.first { $0.messageID.hasSuffix("000000000000") }
            let event = try #require(found)
            #expect(event.generated == Timestamp("1970-01-01"))
            #expect(event.traits.contains(EventStore.Trait("panko:generated", .text("infinity"))))
            #expect(
                event.traits.contains(
                    EventStore.Trait("launched_at", .text("0044-03-15 00:00:00 BC"))))
            for other in try PankoFixture.published() where other.messageID != event.messageID {
                #expect(events.contains(other))
            }
        }
    }
}

@Suite("Panko on MariaDB", .enabled(if: EngineDatabase.mysql.isThere, "\(EngineDatabase.comment)"))
struct MySQLReadingTests {
    @Test("every event of the seed comes as its publisher would send it to us")
    func seeds() async throws {
        try await withPankoOnMySQL { source in
            try await expectSeeds(in: source)
        }
    }

    @Test("every row is there, whatever the size of the pages")
    func pages() async throws {
        try await withPankoOnMySQL { source in
            try await expectPages(of: source, rows: 29)
        }
    }

    @Test("odd rows are kept, and what had to change is said")
    func oddRows() async throws {
        try await withPankoOnMySQL { source in
            let (events, changes, _) = try await source(1000).everything()
            let byID = Dictionary(uniqueKeysWithValues: events.map { ($0.messageID, $0) })
            #expect(byID["r-nulls"]?.traits == PankoExpectations.nulls)
            #expect(byID["r-limits"]?.traits == PankoExpectations.limits)
            #expect(byID["r-intastext"]?.traits == [EventStore.Trait("t", .text("5"))])
            #expect(byID["r-nul"]?.traits == [EventStore.Trait("z", .text("ab"))])
            #expect(byID["r-tz"]?.generated == Timestamp("2020-01-03T22:00:00"))
            #expect(
                changes.map(\.kind).sorted { $0.rawValue < $1.rawValue } == [
                    .eventTypeReplaced, .generatedReplaced, .messageIDReplaced, .messageIDReplaced,
                    .rawChanged, .removedNUL,
                ])
        }
    }
}

/// Makes a source whose pages have that many events.
typealias PankoSource = @Sendable (_ pageSize: Int) -> any CopySource

private func expectSeeds(in source: PankoSource) async throws {
    let read = try await source(1000).everything().events
    let published = try PankoFixture.published()
    #expect(published.count == 17)
    for event in published { #expect(read.contains(event), "\(event)") }
}

private func expectPages(of source: PankoSource, rows: Int) async throws {
    let all = try await source(1000).everything().events
    #expect(all.count == rows)
    #expect(try await source(1).eventCount() == rows)
    for size in [1, 2, 7, rows - 1, rows] {
        let read = try await source(size).everything()
        #expect(read.events == all)
        #expect(read.pages == (rows + size - 1) / size)
    }
}
