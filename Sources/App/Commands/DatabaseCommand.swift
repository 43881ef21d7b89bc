import ArgumentParser
import SQLiteStorage

/// `annals db …`: the schema of the store.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Look after the schema of the store.",
        subcommands: [Upgrade.self, Status.self])

    struct Upgrade: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the schema to the version this build needs; creates an empty store.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let settings = try options.read()
            let applied = try Failure.reporting { () throws(SQLiteStoreError) in
                try SQLiteStore.upgrade(settings.database.sqliteOptions)
            }
            for step in applied { print("applied \(step)") }
            print("The schema is current: version \(Schema.wanted).")
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell the version of the schema; status 1 where it is not the wanted one.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let settings = try options.read()
            let options = settings.database.sqliteOptions
            let version = try Failure.reporting { () throws(SQLiteStoreError) in
                try SQLiteStore.schemaVersion(options)
            }
            print("database  \(options.path)")
            print("schema    \(version)")
            print("wanted    \(Schema.wanted)")
            if version < Schema.wanted { print("Run `annals db upgrade`.") }
            if version != Schema.wanted { throw Failure.failed }
        }
    }
}
