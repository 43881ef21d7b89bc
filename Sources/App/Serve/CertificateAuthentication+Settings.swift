import Identity
import Logging

extension CertificateAuthentication {
    /// The strategy as the settings want it.
    init(_ settings: CertificateSettings, _ logger: Logger) throws(CredentialFileError) {
        let files = try WatchedFiles(
            [settings.userFile].compactMap(\.self), strategy: "certificate", logger: logger
        ) { (files) throws(CredentialFileError) in try CertificateUsers(files) }
        self.init(files: files)
    }
}
