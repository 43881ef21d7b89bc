import ArgumentParser
import Logging

/// `annals config …`: looks at settings without starting anything.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at the settings.",
        subcommands: [Check.self, Show.self, Sample.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell whether `annals serve` would start with these settings.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let settings = try options.read()
            try Failure.reporting { () throws(SettingsError) in
                try settings.checkForServing()
                _ = try Authentication(settings, logger: Logger(label: "check"))
            }
            print("The settings are fine.")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the settings in force and where each was set, without passwords.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let values = try Failure.reporting { () throws(SettingsError) in
                let values = try options.sources.values()
                _ = try Settings(values)
                return values
            }
            print(SettingsText(values).effective, terminator: "")
        }
    }

    struct Sample: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a settings file with every setting, its default and its meaning.")

        func run() async throws {
            print(SettingsText.sample, terminator: "")
        }
    }
}
