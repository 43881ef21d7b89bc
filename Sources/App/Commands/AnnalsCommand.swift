import ArgumentParser

/// `annals`: one program, a subcommand for each thing an operator does.
struct AnnalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annals",
        abstract: "An event store with an HTTP API.",
        discussion: """
            Exit status: 0 done, 1 failed, 2 the settings are wrong, 64 the command line is wrong.
            """,
        version: Version.text,
        subcommands: [
            ServeCommand.self, ConfigCommand.self, DatabaseCommand.self, ExpireCommand.self,
            BackupCommand.self, CopyCommand.self, SendCommand.self, SpoolCommand.self,
            PolicyCommand.self, SelfTestCommand.self,
        ])

}
