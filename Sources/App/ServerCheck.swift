import EventStore
import Values

/// The part of `annals selftest` that is about a database server. Works beside running services.
struct ServerCheck: Sendable {
    private let storage: any EventStorage

    init(_ storage: any EventStorage) {
        self.storage = storage
    }

    /// - Parameter incoming: an event to write, read back and delete again.
    /// - Returns: one finding per check, in a fixed order.
    func run(writing incoming: IncomingEvent) async -> [CheckFinding] {
        let status = await storage.status()
        let server = CheckFinding(
            name: "database", isGood: status.failure == nil,
            detail: status.failure
                ?? "\(status.engine) \(status.engineVersion) at \(status.location)")
        if status.failure != nil && status.durability.isEmpty { return [server] }
        let schema = CheckFinding(
            name: "schema", isGood: status.schemaVersion >= status.schemaWanted,
            detail: "version \(status.schemaVersion), this build needs \(status.schemaWanted)")
        let durability = status.durability.map {
            CheckFinding(name: $0.name, isGood: $0.isSafe, detail: $0.value)
        }
        return await [server, schema] + durability + [roundTrip(incoming)]
    }

    private func roundTrip(_ incoming: IncomingEvent) async -> CheckFinding {
        let name = "write and read back"
        let event = incoming.event
        do throws(StorageError) {
            let start = ContinuousClock.now
            let outcomes = try await storage.record([incoming])
            let duration = ContinuousClock.now - start
            let read = try await storage.event(event.messageID, visibleTo: .everything)
            _ = try await storage.deleteEvents(
                before: .latest, of: .only(event.eventType), batchSize: 100)
            let isGood = outcomes == [.accepted] && read == event
            return CheckFinding(
                name: name, isGood: isGood,
                detail: isGood
                    ? "one event, durable in \(duration)" : "the event that came back differs")
        } catch {
            return CheckFinding(name: name, isGood: false, detail: error.detail)
        }
    }
}
