import API
import ArgumentParser
import EventStore
import Logging
import Observability
import OpenSSL
import SQLiteStorage
import Spool
import Values

/// `annals spool …`: what waits on this machine for the database.
struct SpoolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spool", abstract: "Look at the events that wait for the database.",
        subcommands: [Status.self, Export.self, Drain.self])

    /// The directory of `ingest.spool.path`; where it is not set, that is said.
    static func path(_ settings: Settings) throws -> String {
        guard let path = settings.ingest.spool.path else {
            Failure.say("ingest.spool.path is not set: there is no spool.")
            throw Failure.wrongSettings
        }
        return path
    }

    static func reading(_ path: String) throws -> SpoolReading {
        try Failure.reporting { () throws(SpoolError) in
            try SpoolReading(path, digest: { SHA256.digest(of: $0) })
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the events that wait, one JSON object on each line; change nothing.",
            discussion: "Status 1 where a part of the spool is damaged; the rest is printed.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let reading = try SpoolCommand.reading(SpoolCommand.path(options.read()))
            let damages: Int
            do {
                damages = try reading.forEach { event in
                    print(String(decoding: EventLine.bytes(of: event), as: UTF8.self))
                }
            } catch {
                throw Failure.reported(error)
            }
            if damages > 0 {
                Failure.say("\(damages) damaged places were left out.")
                throw Failure.failed
            }
        }
    }

    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring what waits into the database, while the service is stopped.",
            discussion: "Tries for --within seconds. Status 1 where something is left.")

        @Option(help: "How many seconds to try.") var within = 60

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let settings = try options.read()
            let path = try SpoolCommand.path(settings)
            let logger = Logger(label: "annals")
            do {
                guard let spool = try OpenedSpool.open(settings.ingest.spool, logger) else {
                    return
                }
                let waiting = spool.status.events
                let store = try OpenedStore(settings.database, as: .serving)
                let isEmpty = await drain(spool, into: store.storage, logger)
                let left = spool.status
                await spool.close()
                await store.close()
                print(
                    "Drained \(waiting - left.events) events; \(left.events) are left in \(path).")
                if !isEmpty {
                    Failure.say("The database takes no more: \(left.obstacle ?? "no answer").")
                    throw Failure.failed
                }
            } catch let error as ExitCode {
                throw error
            } catch {
                throw Failure.reported(error)
            }
        }

        /// False where something is left when the time is over.
        private func drain(
            _ spool: EventSpool, into storage: any EventStorage, _ logger: Logger
        ) async -> Bool {
            await withTaskGroup(of: Bool?.self) { group in
                group.addTask {
                    await OpenedSpool.drain(spool, into: storage, logger: logger).drain()
                }
                group.addTask { [within] in
                    // Cancelled when the drain is done: then it says nothing.
                    try? await Task.sleep(for: .seconds(within))
                    return nil
                }
                let first = await group.next() ?? nil
                group.cancelAll()
                if let first { return first }
                return await group.next().flatMap { $0 } ?? false
            }
        }
    }
}
