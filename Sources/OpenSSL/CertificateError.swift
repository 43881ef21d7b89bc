/// What is wrong with a certificate or a key, and with which: `source` is what the operator knows it
/// by, a file or a setting.
package enum CertificateError: Error, Sendable, Equatable {
    case noCertificate(source: String)
    case unreadableCertificate(source: String, position: Int, reason: String)
    case unreadableKey(source: String, reason: String)
    case mismatch(certificate: String, key: String)
    case badName(String)
    case notMade(step: String, reason: String)

    package var message: String {
        switch self {
        case .noCertificate(let source):
            "\(source) holds no PEM certificate (a block that begins with "
                + "-----BEGIN CERTIFICATE-----)."
        case .unreadableCertificate(let source, let position, let reason):
            "Certificate \(position) in \(source) cannot be read: \(reason)."
        case .unreadableKey(let source, let reason):
            "\(source) holds no readable PEM private key without a pass phrase: \(reason)."
        case .mismatch(let certificate, let key):
            "The private key in \(key) does not belong to the first certificate in \(certificate)."
        case .badName(let name):
            "'\(name)' cannot stand in a certificate as a host name or an address."
        case .notMade(let step, let reason):
            "A self-signed certificate could not be made: \(step): \(reason)."
        }
    }
}
