package import Logging
package import Observability
import OpenSSL
package import Values

/// The certificate in use: swaps it live, and keeps the old one where the new one is no good.
package actor CertificateKeeper: StatusSource {
    package nonisolated let section = "tls"
    private let loader: CertificateLoader
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private var current: ServerCertificate
    /// Why the last attempt to swap failed; nil while the newest pair is in use.
    private var lastFailure: String?

    package init(
        _ loader: CertificateLoader, current: ServerCertificate,
        now: @escaping @Sendable () -> Timestamp = { .now }, logger: Logger
    ) {
        self.loader = loader
        self.current = current
        self.now = now
        self.logger = logger
    }

    /// Reads the files again.
    ///
    /// - Parameter install: puts the new pair to use for connections to come; a throw keeps the old.
    package func reload(
        install: @Sendable (ServerCertificate) throws -> Void
    ) {
        guard case .files = current.origin else {
            logger.notice("the certificate is self-signed: there are no files to read again")
            return
        }
        do {
            let new = try loader.load()
            try install(new)
            current = new
            lastFailure = nil
            logger.notice("certificate swapped", metadata: metadata)
        } catch {
            lastFailure = "\(error)"
            logger.error(
                "certificate not swapped, the old one stays", metadata: ["error": "\(error)"])
        }
    }

    /// What a log line says of the pair in use.
    package var metadata: Logger.Metadata {
        [
            "subject": "\(current.report.subject)", "expires": "\(current.report.notAfter)Z",
            "days_left": "\(current.report.daysLeft(at: now()))",
        ]
    }

    package var expires: Timestamp { current.report.notAfter }

    package func facts() async -> [Fact] {
        let report = current.report
        return [
            Fact("enabled", true),
            Fact("subject", .text(report.subject)),
            Fact("issuer", .text(report.issuer)),
            Fact("serial", .text(report.serial)),
            Fact("names", .list(report.alternativeNames.map { .text($0) })),
            Fact("not_before", .text("\(report.notBefore)Z")),
            Fact("not_after", .text("\(report.notAfter)Z")),
            Fact("days_left", .integer(report.daysLeft(at: now()))),
            Fact("source", .text(source)),
            Fact("client_certificates", .flag(current.clientAuthorities != nil)),
            Fact("last_reload_failure", lastFailure.map { .text($0) } ?? .missing),
        ]
    }

    private var source: String {
        switch current.origin {
        case .files(let certificate, _): certificate
        case .selfSigned(let file): file.map { "self-signed, kept in \($0)" } ?? "self-signed"
        }
    }
}

/// The section `tls` of a service that speaks plain HTTP.
package struct PlainStatus: StatusSource {
    package let section = "tls"

    package init() {}

    package func facts() async -> [Fact] { [Fact("enabled", false)] }
}
