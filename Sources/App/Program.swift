import ArgumentParser
import OpenSSL

/// The way in: the executable itself is three lines.
package enum Program {
    /// Runs the subcommand that the command line names, and ends the process with its status.
    package static func run() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        ProcessArguments.hidePasswords()
        ProcessExit.leaveMemoryToTheSystem()
        await AnnalsCommand.main(arguments)
    }
}
