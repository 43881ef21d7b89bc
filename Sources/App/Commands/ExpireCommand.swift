import ArgumentParser
import EventStore
import Logging
import SQLiteStorage

/// `annals expire`: one sweep of retention, also beside a running service.
struct ExpireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire", abstract: "Delete events older than events.time_to_live, once.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.read()
        guard settings.retention.isOn else {
            print("events.time_to_live is off: events are kept for ever.")
            return
        }
        let store = try Failure.reporting { () throws(SQLiteStoreError) in
            try OpenedStore(settings.database, as: .beside)
        }
        let service = RetentionService(
            policy: settings.retention, storage: store.storage, logger: Logger(label: "annals"))
        do throws(StorageError) {
            print("Deleted \(try await service.sweep()) events.")
            await store.close()
        } catch {
            Failure.say(error.detail)
            throw Failure.failed
        }
    }
}
