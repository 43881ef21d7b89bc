package import HTTP

/// The strategy `certificate`: a client certificate of `tls.client_ca`, which the listener verified.
package struct CertificateAuthentication: IdentityStrategy {
    private let files: WatchedFiles<CertificateUsers>

    package init(files: WatchedFiles<CertificateUsers>) {
        self.files = files
    }

    package var challenge: String? { "Certificate realm=\"annals\"" }

    /// A certificate without an entry is no claim: in many clouds every service has one. So it is nil
    /// then, and other credentials may decide.
    package func authenticate(_ request: Request) async throws(IdentityError) -> Identity? {
        files.content.identity(of: request.peer)
    }

    package func objection(to request: Request) -> Objection? {
        guard let subject = request.peer.certificateSubject else { return nil }
        return Objection(
            "The client certificate \"\(subject)\" is not known here.",
            reason: "unknown_certificate")
    }
}
