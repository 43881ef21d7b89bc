import EventCopy
import EventStore
import Foundation
import MemoryStorage
import OpenSSL
import Synchronization
import Testing
import Values

@testable import App

@Suite("annals copy")
struct CopyRunTests {
    private let source = MemoryEventStorage()
    private let target = MemoryEventStorage()
    private let stop = StopRequest()
    private let file = CopyStateFile(
        path: NSTemporaryDirectory() + "annals-copy-\(UUID().uuidString)", from: "a", to: "b")

    private func run(
        _ scope: CopyRun.Scope = .everything, startsAnew: Bool = false
    ) async throws -> CopyReport {
        try await CopyRun(
            from: StoreSource(source, pageSize: 10), to: target, file: file, style: .lines,
            stop: stop, write: { _ in }
        ).run(scope, startsAnew: startsAnew)
    }

    private func record(_ range: Range<Int>, in storage: MemoryEventStorage) async throws {
        let events = range.map { number in
            Event(
                messageID: "event \(1000 + number)", eventType: "type",
                generated: Timestamp(microseconds: Int64(number)) ?? .latest, traits: [])
        }
        _ = try await storage.record(events.map { IncomingEvent($0, digest: SHA256.digest) })
    }

    private func deleteState() {
        // A leftover in the temporary directory harms nobody.
        try? FileManager.default.removeItem(atPath: file.path)
    }

    @Test("copies everything, reads it back and says so")
    func verified() async throws {
        defer { deleteState() }
        try await record(0..<25, in: source)
        let report = try await run()
        #expect(report.isVerified)
        #expect(report.lines.contains { $0.hasPrefix("Copied 25 events") })
        #expect(
            report.lines.contains("Verified: every event of the source is in the target as it is."))
        #expect(try await target.eventCount() == 25)
    }

    @Test("stopped, it is not verified; the next run goes on and verifies all")
    func stopped() async throws {
        defer { deleteState() }
        try await record(0..<25, in: source)
        stop.make()
        let first = try await run()
        #expect(!first.isVerified)
        #expect(first.lines.last?.contains("The same command goes on from here") == true)
        #expect(try await target.eventCount() == 10)
        let next = CopyRun(
            from: StoreSource(source, pageSize: 10), to: target, file: file, style: .lines,
            stop: StopRequest(), write: { _ in })
        let second = try await next.run(.everything, startsAnew: false)
        #expect(second.isVerified)
        #expect(second.copying?.events == 15)
        #expect(second.state.compared.events == 25)
        #expect(second.lines.contains("Earlier runs copied 10."))
    }

    @Test("what was lost in the target is found, and copied by a run from the start")
    func lost() async throws {
        defer { deleteState() }
        try await record(0..<25, in: source)
        #expect(try await run().isVerified)
        _ = try await target.deleteEvents(
            before: try #require(Timestamp(microseconds: 3)), batchSize: 100)
        let second = try await run()
        #expect(!second.isVerified)
        #expect(second.state.compared.missing == 3)
        #expect(second.lines.contains { $0.hasPrefix("NOT VERIFIED: 3 events are missing") })
        #expect(try await run(startsAnew: true).isVerified)
    }

    @Test("comparing alone writes nothing")
    func comparison() async throws {
        defer { deleteState() }
        try await record(0..<25, in: source)
        try await record(0..<20, in: target)
        let report = try await run(.comparison)
        #expect(!report.isVerified)
        #expect(report.state.compared.missing == 5)
        #expect(try await target.eventCount() == 20)
    }

    @Test("an event with other content is named as a conflict, and fails")
    func conflict() async throws {
        defer { deleteState() }
        try await record(0..<5, in: source)
        let other = Event(
            messageID: "event 1003", eventType: "other", generated: .latest, traits: [])
        _ = try await target.record([IncomingEvent(other, digest: SHA256.digest)])
        let report = try await run()
        #expect(!report.isVerified)
        #expect(report.lines.contains { $0.contains("kept its own: event 1003.") })
        #expect(
            report.lines.contains {
                $0.hasPrefix("NOT VERIFIED: 1 events have other content in the target: event 1003")
            })
    }

    @Test("a source that shows fewer events than it counts is not verified")
    func unread() async throws {
        defer { deleteState() }
        try await record(0..<25, in: source)
        var report = try await run()
        #expect(report.counted == 25)
        report.counted = 26
        #expect(!report.isVerified)
        #expect(
            report.lines.contains {
                $0.hasPrefix("NOT VERIFIED: the source counts 26 events and gave 25.")
            })
        report.counted = nil
        #expect(report.isVerified)
    }

    @Test("a state of another copy, or of none, is refused and named")
    func foreignState() async throws {
        defer { deleteState() }
        try file.write(CopyState())
        let other = CopyStateFile(path: file.path, from: "a", to: "c")
        #expect(throws: CopyFailure.self) { try other.read() }
        #expect(try file.read() == CopyState())
        try Data("{}".utf8).write(to: URL(fileURLWithPath: file.path))
        let failure = #expect(throws: CopyFailure.self) { try file.read() }
        #expect(failure?.description.contains(file.path) == true)
        let nowhere = CopyStateFile(path: "/nowhere/state", from: "a", to: "b")
        #expect(try nowhere.read() == nil)
        #expect(throws: CopyFailure.self) { try nowhere.write(CopyState()) }
    }
}
