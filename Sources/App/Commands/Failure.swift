import ArgumentParser
import Observability
import SQLiteStorage

/// How a command ends that could not do its work: a sentence on stderr and an exit status.
enum Failure {
    static let failed = ExitCode(1)
    static let wrongSettings = ExitCode(2)

    /// Runs `work`; wrong settings end the command with their own status.
    static func reporting<Output>(
        _ work: () throws(SettingsError) -> Output
    ) throws -> Output {
        do throws(SettingsError) {
            return try work()
        } catch {
            for problem in error.problems { say(problem) }
            throw wrongSettings
        }
    }

    /// Runs `work`; a store that cannot be used ends the command.
    static func reporting<Output>(
        _ work: () throws(SQLiteStoreError) -> Output
    ) throws -> Output {
        do throws(SQLiteStoreError) {
            return try work()
        } catch {
            say("\(error)")
            throw failed
        }
    }

    /// One line on stderr, whatever the text holds.
    static func say(_ sentence: String) {
        StandardError.write("annals: " + sentence.replacing("\n", with: " ") + "\n")
    }
}
