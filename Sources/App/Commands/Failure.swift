import ArgumentParser
import Foundation

/// How a command ends that could not do its work: a sentence on stderr and an exit status.
enum Failure {
    static let failed = ExitCode(1)
    static let wrongSettings = ExitCode(2)

    /// Runs `work`; wrong settings end the command with their own status.
    static func reporting<Output>(
        _ work: () throws(SettingsError) -> Output
    ) throws -> Output {
        do {
            return try work()
        } catch {
            for problem in error.problems { say(problem) }
            throw wrongSettings
        }
    }

    /// One line on stderr, whatever the text holds.
    static func say(_ sentence: String) {
        let line = "annals: " + sentence.replacing("\n", with: " ") + "\n"
        FileHandle.standardError.write(Data(line.utf8))
    }
}
