import FoundationEssentials
import Observability
import OpenSSL
package import Values

/// Reads the pair that the settings name, or makes one where they name none. Asked at start and at
/// every SIGHUP.
package struct CertificateLoader: Sendable {
    private let settings: TLSSettings
    private let address: String
    private let now: @Sendable () -> Timestamp

    /// - Parameter address: the one listened on; a self-signed certificate is valid for it.
    package init(
        _ settings: TLSSettings, address: String,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.settings = settings
        self.address = address
        self.now = now
    }

    /// Everything is read and checked before anything is used.
    package func load() throws(ServerCertificateError) -> ServerCertificate {
        let authorities = try settings.clientAuthorities.map(readAuthorities)
        guard let certificate = settings.certificate, let key = settings.key else {
            return try selfSigned(authorities)
        }
        return try check(
            chain: read(certificate), key: Secret(read(key)), authorities: authorities,
            origin: .files(certificate: certificate, key: key))
    }

    private func check(
        chain: String, key: Secret, authorities: String?, origin: ServerCertificate.Origin
    ) throws(ServerCertificateError) -> ServerCertificate {
        let sources = Self.sources(of: origin)
        do throws(CertificateError) {
            let reports = try CertificateReport.chain(pem: chain, source: sources.certificate)
            try CertificateReport.check(
                key: key, keySource: sources.key, belongsTo: chain,
                chainSource: sources.certificate)
            return ServerCertificate(
                chain: chain, key: key, clientAuthorities: authorities, report: reports[0],
                origin: origin)
        } catch {
            throw ServerCertificateError(error)
        }
    }

    private func readAuthorities(_ path: String) throws(ServerCertificateError) -> String {
        let text = try read(path)
        do throws(CertificateError) {
            _ = try CertificateReport.chain(pem: text, source: path)
        } catch {
            throw ServerCertificateError(error)
        }
        return text
    }

    private func read(_ path: String) throws(ServerCertificateError) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ServerCertificateError("\(path) cannot be read.")
        }
        return String(decoding: data, as: UTF8.self)
    }

    private static func sources(
        of origin: ServerCertificate.Origin
    ) -> (certificate: String, key: String) {
        switch origin {
        case .files(let certificate, let key): (certificate, key)
        case .selfSigned(let file): (file ?? "the self-signed certificate", "its key")
        }
    }
}

extension CertificateLoader {
    /// A pair that is kept is made again a week before it ends.
    private static let renewalDays = 7

    private func selfSigned(
        _ authorities: String?
    ) throws(ServerCertificateError) -> ServerCertificate {
        guard let directory = settings.selfSignedDirectory else {
            return try make(authorities, file: nil)
        }
        let certificatePath = directory + "/certificate.pem"
        let keyPath = directory + "/key.pem"
        if let kept = kept(certificatePath, keyPath, authorities) { return kept }
        let made = try make(authorities, file: certificatePath)
        try PrivateFile.write(made.key.reveal(), to: keyPath, permissions: 0o600)
        try PrivateFile.write(made.chain, to: certificatePath, permissions: 0o644)
        return made
    }

    /// Nil where there is none, or none that is any good: then a new one takes its place.
    private func kept(
        _ certificatePath: String, _ keyPath: String, _ authorities: String?
    ) -> ServerCertificate? {
        guard let chain = try? read(certificatePath), let key = try? read(keyPath),
            let pair = try? check(
                chain: chain, key: Secret(key), authorities: authorities,
                origin: .selfSigned(file: certificatePath)),
            pair.report.daysLeft(at: now()) >= Self.renewalDays
        else { return nil }
        return pair
    }

    private func make(
        _ authorities: String?, file: String?
    ) throws(ServerCertificateError) -> ServerCertificate {
        let made: SelfSignedCertificate
        do throws(CertificateError) {
            made = try SelfSignedCertificate.make(addresses: [address])
        } catch {
            throw ServerCertificateError(error)
        }
        return try check(
            chain: made.certificate, key: made.key, authorities: authorities,
            origin: .selfSigned(file: file))
    }
}
