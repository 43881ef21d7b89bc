import EventCopy
import EventStore
import MemoryStorage
import OpenSSL
import PankoStorage
import Testing
import Values

@Suite("Panko on SQLite")
struct SQLiteReadingTests {
    @Test("every event of the seed comes as its publisher would send it to us")
    func seeds() async throws {
        let read = try await PankoFile().source().everything().events
        let byID = Dictionary(uniqueKeysWithValues: read.map { ($0.messageID, $0) })
        let published = try PankoFixture.published()
        #expect(published.count == 17)
        for event in published { #expect(byID[event.messageID] == event) }
    }

    @Test("an event that was copied and is published again is a duplicate")
    func duplicates() async throws {
        let storage = MemoryEventStorage()
        let read = try await PankoFile().source().everything().events
        _ = try await storage.record(read.map { IncomingEvent($0, digest: SHA256.digest) })
        let again = try await storage.record(
            PankoFixture.published().map { IncomingEvent($0, digest: SHA256.digest) })
        #expect(again == Array(repeating: .duplicate, count: 17))
    }

    @Test("every row is there, whatever the size of the pages", arguments: [1, 2, 7, 39, 40, 41])
    func pages(size: Int) async throws {
        let file = try PankoFile()
        let read = try await file.source(pageSize: size).everything()
        #expect(read.events == (try await file.source().everything().events))
        #expect(read.events.count == 40)
        #expect(read.pages == (40 + size - 1) / size)
        #expect(try await file.source().eventCount() == 40)
    }

    @Test("a page ends where it holds enough bytes")
    func pageBytes() async throws {
        let read = try await PankoFile().source(pageBytes: 10_000).everything()
        // Up to the event with 70 kB, and the rest.
        #expect(read.pages == 2)
        #expect(read.events.count == 40)
    }

    @Test("odd rows are kept, and what had to change is said")
    func oddRows() async throws {
        let (events, changes, _) = try await PankoFile().source().everything()
        let byID = Dictionary(uniqueKeysWithValues: events.map { ($0.messageID, $0) })
        #expect(byID["r-long"]?.traits == [Trait("a", .text(String(repeating: "x", count: 300)))])
        #expect(byID["r-intastext"]?.traits == [Trait("t", .text("5"))])
        #expect(byID["r-nan"]?.traits == [Trait("f", .null(.float))])
        #expect(byID["r-inf"]?.traits == [Trait("f", .null(.float))])
        #expect(byID["r-rawnan"]?.raw == JSONText(canonical: #"{"n":null,"e":null}"#))
        #expect(byID["r-rawlist"]?.raw == JSONText(canonical: #"[1,"zwei",null]"#))
        #expect(byID["r-nul"]?.traits == [Trait("z", .text("ab"))])
        #expect(byID["r-nul"]?.raw == JSONText(canonical: #"{"z":"a\u0000b"}"#))
        #expect(byID["r-emoji"]?.raw == JSONText(canonical: #"{"e":"😀"}"#))
        #expect(byID["edge-none-raw"]?.raw == .null)
        #expect(byID["EDGE-BIGINT"]?.eventType == "odd")
        // A text in the column of integers, beside a text of the same name.
        #expect(
            byID["r-textasint"]?.traits == [
                Trait("i", .text("t")), Trait("panko:string:i", .text("abc")),
            ])
        #expect(
            Set(changes) == [
                SourceChange(.messageIDReplaced, messageID: try nameless(events, "m")),
                SourceChange(.messageIDReplaced, messageID: try nameless(events, "n1")),
                SourceChange(.messageIDReplaced, messageID: try nameless(events, "n2")),
                SourceChange(.eventTypeReplaced, messageID: "r-longtype"),
                SourceChange(.eventTypeReplaced, messageID: "r-nulltype"),
                SourceChange(.generatedReplaced, messageID: "r-nullgen"),
                SourceChange(.keptAsText, messageID: "r-textasint"),
                SourceChange(.traitRenamed, messageID: "r-textasint"),
                SourceChange(.nonFinite, messageID: "r-inf"),
                SourceChange(.rawChanged, messageID: "r-rawnan"),
                SourceChange(.removedNUL, messageID: "r-nul"),
            ])
    }

    /// The events without an id that Annals can hold: one of 300 characters, and two with none.
    private func nameless(_ events: [Event], _ which: String) throws -> String {
        let found = events.first { event in
            guard event.messageID.hasPrefix("panko:") else { return false }
            switch which {
            case "m": return event.traits.first?.value == .text(String(repeating: "n", count: 300))
            case "n1": return event.traits.contains(Trait("n", .integer(1)))
            default: return event.traits.contains(Trait("n", .integer(2)))
            }
        }
        return try #require(found).messageID
    }

    @Test("an event without id, type or time gets one, the same each time, and says what it had")
    func missing() async throws {
        let file = try PankoFile()
        let events = try await file.source().everything().events
        let nameless = try #require(events.first { $0.messageID.hasPrefix("panko:28:") })
        #expect(
            nameless.traits == [
                Trait("n", .integer(1)), Trait("panko:message_id", .null(.text)),
            ])
        #expect(nameless.messageID.utf8.count == "panko:28:".utf8.count + 16)
        let again = try await file.source(pageSize: 3).everything().events
        #expect(again.contains(nameless))
        let typeless = try #require(events.first { $0.messageID == "r-nulltype" })
        #expect(typeless.eventType == "none")
        #expect(
            typeless.traits == [
                Trait("panko:event_type", .null(.text)), Trait("t", .text("typeless")),
            ])
        let longTyped = try #require(events.first { $0.messageID == "r-longtype" })
        #expect(longTyped.eventType == String(repeating: "t", count: 255))
        #expect(
            longTyped.traits == [
                Trait("panko:event_type", .text(String(repeating: "t", count: 300)))
            ])
        let timeless = try #require(events.first { $0.messageID == "r-nullgen" })
        #expect(timeless.generated == Timestamp("1970-01-01T00:00:00"))
        #expect(timeless.traits == [Trait("panko:generated", .null(.text))])
    }

    @Test("nulls keep the type of their table, and numbers and times their last digit")
    func nullsAndLimits() async throws {
        let events = try await PankoFile().source().everything().events
        let byID = Dictionary(uniqueKeysWithValues: events.map { ($0.messageID, $0) })
        #expect(byID["r-nulls"]?.traits == PankoExpectations.nulls)
        #expect(byID["r-limits"]?.traits == PankoExpectations.limits)
    }
}

/// What must come out of every engine.
enum PankoExpectations {
    static let nulls = [
        Trait("d", .null(.datetime)), Trait("f", .null(.float)), Trait("i", .null(.integer)),
        Trait("t", .null(.text)),
    ]
    static let limits = [
        Trait("before", .datetime(Timestamp(microseconds: -1) ?? .latest)),
        Trait("empty", .text("")), Trait("first", .datetime(.earliest)),
        Trait("huge", .float(.greatestFiniteMagnitude)), Trait("last", .datetime(.latest)),
        Trait("least", .integer(.min)), Trait("most", .integer(.max)),
        Trait("space", .text(" a ")), Trait("third", .float(1.0 / 3)),
        Trait("tiny", .float(.leastNonzeroMagnitude)),
    ]
}
