package import OpenSSL
package import Values

/// The pair the service shows to its clients, and whom it trusts among them. All in PEM, all checked.
package struct ServerCertificate: Sendable {
    /// The service's own certificate first, then what stands above it.
    package let chain: String
    package let key: Secret
    /// Authorities whose client certificates are accepted; nil where clients need none.
    package let clientAuthorities: String?
    /// What the first certificate says.
    package let report: CertificateReport
    package let origin: Origin

    package enum Origin: Sendable, Equatable {
        case files(certificate: String, key: String)
        /// Vouches for itself; in that file where it was kept.
        case selfSigned(file: String?)
    }
}

/// Why there is no usable pair: a sentence that names the file or the setting.
package struct ServerCertificateError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    init(_ error: CertificateError) {
        description = error.message
    }
}
