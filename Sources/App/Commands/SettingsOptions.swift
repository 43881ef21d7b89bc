import ArgumentParser
import Foundation

/// `[--config FILE] [--section.key value ...]`, the same for every subcommand.
struct SettingsOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A YAML file with settings.", valueName: "file"))
    var config: String?

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp(
            "Settings, such as --listen.port 8977.", valueName: "--section.key value"))
    var words: [String] = []

    var sources: SettingsSources {
        SettingsSources(
            file: config, environment: ProcessInfo.processInfo.environment, arguments: words)
    }

    /// Settings that are complete and fit together; what is wrong goes to stderr.
    func read() throws -> Settings {
        try Failure.reporting { () throws(SettingsError) in try Settings(from: sources) }
    }
}
