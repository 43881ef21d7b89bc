package import EventStore
import SQL
import SQLite
import Values

/// The part of `annals selftest` that is about the database. Works beside a running service.
package struct StoreCheck: Sendable {
    private let options: SQLiteStoreOptions

    package init(_ options: SQLiteStoreOptions) {
        self.options = options
    }

    /// - Parameter incoming: an event to write and read back, in a scratch database beside ours.
    /// - Returns: one finding per check, in a fixed order.
    package func run(writing incoming: IncomingEvent) async -> [CheckFinding] {
        var findings = durability()
        findings.append(sync())
        findings.append(await roundTrip(incoming))
        return findings
    }

    private func durability() -> [CheckFinding] {
        do throws(SQLError) {
            let database = try Database(
                path: options.path, access: .readWrite, busyTimeout: options.busyTimeout)
            try ConnectionSettings.prepareWriter(database, options)
            let status = try Schema.status(of: database)
            let schema = CheckFinding(
                name: "schema", isGood: status.canServe,
                detail: "version \(status.current), this build needs \(status.wanted)")
            return try [schema]
                + ConnectionSettings.durability(of: database).map {
                    CheckFinding(name: $0.name, isGood: $0.isSafe, detail: $0.value)
                }
        } catch {
            return [CheckFinding(name: "database", isGood: false, detail: error.message)]
        }
    }

    private func sync() -> CheckFinding {
        do throws(SQLError) {
            let duration = try DurableFile.measureSync(besideDatabase: options.path)
            return CheckFinding(name: "fdatasync", isGood: true, detail: "4 KiB in \(duration)")
        } catch {
            return CheckFinding(name: "fdatasync", isGood: false, detail: error.message)
        }
    }

    /// In a database of its own on the same file system: a self-test leaves nothing in the log.
    private func roundTrip(_ incoming: IncomingEvent) async -> CheckFinding {
        var scratch = options
        scratch.path = options.path + "-selftest"
        defer {
            for suffix in ["", "-wal", "-shm", "-serving"] {
                DurableFile.remove(scratch.path + suffix)
            }
        }
        do {
            let storage = SQLiteEventStorage(try SQLiteStore(scratch, as: .serving))
            let outcomes = try await storage.record([incoming])
            let read = try await storage.event(incoming.event.messageID, visibleTo: .everything)
            let isGood = outcomes == [.accepted] && read == incoming.event
            return CheckFinding(
                name: "write and read back", isGood: isGood,
                detail: isGood ? "one event" : "the event that came back differs")
        } catch let error as StorageError {
            return CheckFinding(name: "write and read back", isGood: false, detail: error.detail)
        } catch {
            return CheckFinding(name: "write and read back", isGood: false, detail: "\(error)")
        }
    }
}
