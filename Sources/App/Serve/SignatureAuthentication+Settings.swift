import Identity
import Logging

extension SignatureAuthentication {
    /// The strategy as the settings want it.
    init(_ settings: SignatureSettings, _ logger: Logger) throws(CredentialFileError) {
        let files = try WatchedFiles(
            [settings.keyFile].compactMap(\.self), strategy: "hmac", logger: logger
        ) { (files) throws(CredentialFileError) in try SigningKeys(files) }
        self.init(
            files: files, replays: ReplayMemory(capacity: settings.replayMemory),
            failures: SignatureFailures(logger: logger),
            window: Int(settings.window.components.seconds))
    }
}
