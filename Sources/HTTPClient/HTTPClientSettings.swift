/// How to reach other services. Files are read anew for each new connection.
package struct HTTPClientSettings: Sendable, Equatable {
    /// A PEM file with the authorities to trust instead of the system's own.
    package var authorities: String?
    /// A PEM file with the certificate to show, and those that lead to its authority.
    package var certificate: String?
    /// A PEM file without a pass phrase. Nil where `certificate` holds the key as well.
    package var key: String?
    /// False takes any certificate of any server: for tests.
    package var verifies: Bool
    /// For the name, the connection and the handshake.
    package var connectTimeout: Duration
    /// For a whole request that has no timeout of its own.
    package var timeout: Duration
    /// Open at a time, to all hosts together; further requests wait in line.
    package var mostConnections: Int
    /// Bytes of one answer's body; a longer one is `.tooLarge`.
    package var mostBytes: Int
    package var userAgent: String

    package init(
        authorities: String? = nil, certificate: String? = nil, key: String? = nil,
        verifies: Bool = true, connectTimeout: Duration = .seconds(10),
        timeout: Duration = .seconds(60), mostConnections: Int = 16, mostBytes: Int = 16 << 20,
        userAgent: String = "annals"
    ) {
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
        self.verifies = verifies
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.mostConnections = mostConnections
        self.mostBytes = mostBytes
        self.userAgent = userAgent
    }
}
