import ArgumentParser

@main
struct AnnalsLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annals-load",
        abstract: "Loads an event store over TLS and checks every answer; results as JSON.",
        subcommands: [PublishCommand.self, QueryCommand.self, IdentifierCommand.self])
}
