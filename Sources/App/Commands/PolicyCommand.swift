import ArgumentParser
import Identity
import Logging

/// `annals policy …`: looks at the rules of access.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Look at the rules of who may do what.",
        subcommands: [List.self, PolicyCheckCommand.self, Sample.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print every rule in force and the file it stands in.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let rules = try options.read().policyRules()
            for rule in rules.rules {
                print("\"\(rule.name)\": \(rule.text.shown)  # \(rule.file ?? "default")")
            }
            for problem in rules.problems { Failure.say(problem) }
        }
    }

    struct Sample: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a policy file with every rule, its default and its meaning.")

        func run() async throws {
            print(PolicySample.text, terminator: "")
        }
    }
}

extension Settings {
    /// The rules that a service with these settings would start with.
    func policyRules() throws -> PolicyRules {
        // The commands say themselves what is to be said.
        let silent = Logger(label: "annals") { _ in SwiftLogNoOpLogHandler() }
        return try Failure.reporting { () throws(SettingsError) in
            try policyKeeper(logger: silent).rules
        }
    }
}
