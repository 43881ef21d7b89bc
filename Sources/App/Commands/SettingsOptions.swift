import ArgumentParser
import Foundation
import Logging
import Observability

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

    /// Settings that are complete and fit together; what is wrong goes to stderr. From then on the
    /// process logs as they say.
    func read() throws -> Settings {
        let settings = try Failure.reporting { () throws(SettingsError) in
            try Settings(from: sources)
        }
        let log = settings.log
        LoggingSystem.bootstrap { label in
            LogOutput(label: label, level: log.level, format: log.format)
        }
        return settings
    }
}
