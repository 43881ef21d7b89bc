import EventCopy
import EventStore
import OpenSSL
import PankoStorage
import SQL
import SQLite
import Testing
import Values

/// Rows that Panko did not write, but that a database of its kind can hold.
@Suite("Rows that others wrote into a database of Panko")
struct DamagedRowsTests {
    private func event(_ id: Int, after script: String) async throws -> (Event, [SourceChange]) {
        let file = try PankoFile(more: script)
        let (events, changes, _) = try await file.source().everything()
        #expect(events.count == 40)
        let event = events[id - 1]
        return (event, changes.filter { $0.messageID == event.messageID })
    }

    @Test("an event whose type is gone keeps the rest")
    func noType() async throws {
        let (event, changes) = try await event(
            4, after: "UPDATE event SET event_type_id = NULL WHERE id = 4")
        #expect(event.eventType == "none")
        #expect(event.traits.count == 7)
        #expect(changes.map(\.kind) == [.eventTypeReplaced])
    }

    @Test("raw that is no JSON becomes a JSON string", arguments: ["", "{'a': 1}", "{", "1 2"])
    func raw(text: String) async throws {
        let quoted = text.replacing("'", with: "''")
        let (event, changes) = try await event(
            4, after: "UPDATE event SET raw = '\(quoted)' WHERE id = 4")
        #expect(event.raw == JSONText(canonical: "\"\(text)\""))
        #expect(changes.map(\.kind) == [.rawKeptAsText])
    }

    @Test("bytes that are no UTF-8 become U+FFFD, said")
    func bytes() async throws {
        let (event, changes) = try await event(
            4,
            after: """
                UPDATE trait_text SET value = CAST(x'61ff62' AS TEXT)
                WHERE event_id = 4 AND "key" = 'user_id'
                """)
        #expect(event.traits.contains(Trait("user_id", .text("a\u{FFFD}b"))))
        #expect(changes.map(\.kind) == [.replacedBytes])
    }

    @Test("a time that is none is kept as text")
    func time() async throws {
        let (event, changes) = try await event(
            4,
            after: """
                UPDATE trait_datetime SET value = '2020-02-30 00:00:00' WHERE event_id = 4;
                UPDATE event SET generated = 'yesterday' WHERE id = 4
                """)
        #expect(event.traits.contains(Trait("launched_at", .text("2020-02-30 00:00:00"))))
        #expect(event.traits.contains(Trait("panko:generated", .text("yesterday"))))
        #expect(Set(changes.map(\.kind)) == [.keptAsText, .generatedReplaced])
    }

    @Test("a trait without a name gets one, and one without an event is nobody's")
    func names() async throws {
        let (event, changes) = try await event(
            9,
            after: """
                INSERT INTO trait_int VALUES (9, '', 1);
                INSERT INTO trait_int VALUES (1000, 'stray', 1);
                """)
        #expect(event.traits == [Trait("panko:integer:", .integer(1))])
        #expect(changes.map(\.kind) == [.traitRenamed])
    }

    @Test("a file that is no database, or not there, is named")
    func notThere() async throws {
        let file = try PankoFile()
        #expect(throws: SQLError.self) { try SQLiteReadConnection(path: file.path + "x") }
        let other = try PankoFile(more: "DROP TABLE trait_int")
        await #expect(throws: StorageError.self) { try await other.source().everything() }
    }

    @Test("nothing can be written")
    func readOnly() async throws {
        let connection = try PankoFile().open()
        await #expect(throws: SQLError.self) { try await connection.execute("DELETE FROM event") }
    }

    @Test("a statement ends when its time is over")
    func timeLimit() async throws {
        let connection = try PankoFile().open()
        let endless: SQLStatement = """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n
            """
        let error = await #expect(throws: SQLError.self) {
            try await connection.query(endless, within: .milliseconds(20))
        }
        #expect(error?.kind == .timedOut)
        #expect(try await connection.query("SELECT 1").count == 1)
    }
}
