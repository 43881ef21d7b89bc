import ArgumentParser

/// `annals serve`: runs the service until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the service.", discussion: SettingsHelp.text)

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.read()
        try Failure.reporting { () throws(SettingsError) in try settings.checkForServing() }
    }
}
