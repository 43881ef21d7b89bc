/// One request, read whole. Built by the listener, never changed.
package struct Request: Sendable {
    /// Upper case as sent: `GET`. Unknown methods are passed on.
    package var method: String
    /// Percent-encoded, as sent, without the query: `/v2/events/a%2Fb`.
    package var path: String
    /// Percent-encoded, as sent, without `?`. Nil where there was no `?`.
    package var query: String?
    package var headers: Headers
    /// The body as sent (still compressed where `Content-Encoding` says so).
    package var body: [UInt8]
    package var peer: Peer
    /// `req-<uuid>`: in the answer's `X-Openstack-Request-Id` and in every log line of the request.
    package var id: String

    package init(
        method: String, path: String, query: String? = nil, headers: Headers = Headers(),
        body: [UInt8] = [], peer: Peer = Peer(), id: String = "req-test"
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
        self.id = id
    }
}

/// Who is at the other end of the connection.
package struct Peer: Sendable, Hashable {
    /// Numeric address without the port; empty where unknown.
    package var address: String
    /// The connection is encrypted by us.
    package var isSecure: Bool
    /// The distinguished name of a client certificate that was verified against `tls.client_ca`.
    /// Empty where the certificate has none.
    package var certificateSubject: String?
    /// The alternative names of that certificate.
    package var certificateNames: [CertificateName]

    package init(
        address: String = "", isSecure: Bool = false, certificateSubject: String? = nil,
        certificateNames: [CertificateName] = []
    ) {
        self.address = address
        self.isSecure = isSecure
        self.certificateSubject = certificateSubject
        self.certificateNames = certificateNames
    }
}

/// One alternative name of a certificate (RFC 5280 section 4.2.1.6).
package struct CertificateName: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case dns
        case uri
        case email
    }

    package var kind: Kind
    /// As the certificate has it, never with a zero byte.
    package var value: String

    package init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }
}
