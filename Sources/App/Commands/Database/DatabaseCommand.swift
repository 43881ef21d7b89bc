import ArgumentParser

/// `annals db …`: the schema of the store.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Look after the schema of the store.",
        subcommands: [Upgrade.self, Status.self, Check.self])
}
