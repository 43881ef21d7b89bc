import ArgumentParser
import Listener
import Observability

/// How a command ends that could not do its work: a sentence on stderr and an exit status.
enum Failure {
    static let failed = ExitCode(1)
    static let wrongSettings = ExitCode(2)

    /// Runs `work`; what it throws is said on stderr and becomes an exit status.
    static func reporting<Output, Reason: Error>(
        _ work: () throws(Reason) -> Output
    ) throws -> Output {
        do {
            return try work()
        } catch {
            throw reported(error)
        }
    }

    /// Says what is wrong, a line for each problem.
    static func reported(_ error: any Error) -> ExitCode {
        switch error {
        case let error as SettingsError:
            for problem in error.problems { say(problem) }
            return wrongSettings
        case let error as ListenerError:
            say(error.message)
        default:
            say("\(error)")
        }
        return failed
    }

    /// One line on stderr, whatever the text holds.
    static func say(_ sentence: String) {
        StandardError.write("annals: " + sentence.replacing("\n", with: " ") + "\n")
    }
}
