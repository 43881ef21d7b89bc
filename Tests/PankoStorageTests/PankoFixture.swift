import EventCopy
import EventStore
import Foundation
import HTTP
import OpenSSL
import PankoStorage
import SQL
import SQLite
import TestSupport
import Testing

@testable import API

/// What Panko 10 itself wrote into a database of each kind: see Fixtures/README.md.
enum PankoFixture {
    static func text(_ name: String) throws -> String {
        let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
        return try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    /// The events of seed.json as the publishing route takes them in.
    static func published() throws -> [Event] {
        let request = Request(
            method: "POST", path: "/v2/events", headers: ["Content-Type": "application/json"],
            body: Array(try text("seed.json").utf8))
        return try PublishedBatch(
            request, limits: IngestLimits(), cutoffs: .keepingAll
        ).events
    }
}

/// A SQLite file as Panko left it.
final class PankoFile: Sendable {
    private let scratch: Scratch
    let path: String

    /// - Parameter more: statements that are run after Panko's own.
    init(more: String = "") throws {
        scratch = try Scratch()
        path = scratch.path("panko.db")
        try run(script: PankoFixture.text("schema-sqlite.sql"))
        try run(script: "BEGIN;" + PankoFixture.text("rows-sqlite.sql") + "COMMIT;" + more)
    }

    func run(script: String) throws {
        let database = try Database(
            path: path, access: .readWriteCreate, busyTimeout: .seconds(10))
        try database.run(script: script)
    }

    func open() throws(SQLError) -> SQLiteReadConnection {
        try SQLiteReadConnection(path: path)
    }

    func source(
        pageSize: Int = 1000, pageBytes: Int = 8 << 20
    ) -> PankoDatabase<SQLiteReadConnection> {
        // The source holds the file: it goes with the last of both.
        PankoDatabase(
            ConnectionPool(ConnectionPoolLimits(connections: 1)) { () throws(SQLError) in
                try self.open()
            }, .sqlite, digest: SHA256.digest, pageSize: pageSize, pageBytes: pageBytes)
    }
}

extension CopySource {
    /// All pages together.
    func everything() async throws -> (events: [Event], changes: [SourceChange], pages: Int) {
        var events: [Event] = []
        var changes: [SourceChange] = []
        var pages = 0
        var position: SourcePosition?
        while let page = try await page(after: position) {
            #expect(!page.events.isEmpty)
            events += page.events
            changes += page.changes
            pages += 1
            position = page.end
        }
        return (events, changes, pages)
    }
}
