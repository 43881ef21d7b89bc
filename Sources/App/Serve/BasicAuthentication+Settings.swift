import Foundation
import Identity
import Logging
import Passwords

extension BasicAuthentication {
    /// The strategy as the settings want it, with files and threads of its own.
    init(_ settings: BasicSettings, _ logger: Logger) throws(CredentialFileError) {
        let files = try WatchedFiles(
            [settings.passwordFile, settings.userFile].compactMap(\.self), strategy: "basic",
            logger: logger
        ) { (files) throws(CredentialFileError) in try Accounts(files) }
        // Half of the machine at most goes to passwords.
        let workers = PasswordWorkers(count: ProcessInfo.processInfo.activeProcessorCount / 2)
        let verifier = PasswordVerifier(
            workers: workers, lifetime: settings.cacheLifetime,
            failuresPerMinute: settings.failuresPerMinute)
        self.init(files: files, verifier: verifier, logger: logger)
    }
}
