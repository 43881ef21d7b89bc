package import Values

/// Where the listener listens, and how much of this machine its clients may use.
package struct ListenerSettings: Sendable {
    /// A numeric address or a name of this machine; `::` takes IPv4 as well.
    package var address = "127.0.0.1"
    /// 0 takes any free port; `HTTPListener.port` tells which.
    package var port: UInt16 = 8977
    /// Threads that read and write sockets; the work of a request runs on Swift's own.
    package var threads = 2
    /// Nil serves plain HTTP.
    package var tls: TLSSettings?
    package var limits = ListenerLimits()
    package var timeouts = ListenerTimeouts()

    package init() {}
}

/// How much clients may send, and how many they may be.
package struct ListenerLimits: Sendable {
    /// Bytes of one body as sent; a longer one is answered 413.
    package var body = 64 << 20
    /// Bytes of all bodies in memory together; beyond it a request is answered 503.
    package var bodiesInFlight = 128 << 20
    /// Bytes of memory for the head of a request; a longer one is answered 431 (414 where the request
    /// line alone is too long). Each connection holds that much memory, and libmicrohttpd clears all
    /// of it after each request, which at this size takes some microseconds.
    package var head = 96 << 10
    /// Connections open at a time; a further one is answered 503 (closed, over TLS).
    package var connections = 1024
    /// The same for one client address.
    package var connectionsPerAddress = 512

    package init() {}

    /// Bytes of a refused body that are read for the sake of a client that is still sending it.
    var bearableBody: Int { body > .max / 4 ? .max : body * 4 }
}

/// How long a client may take. A client that sends a byte now and then evades none of them.
package struct ListenerTimeouts: Sendable {
    /// A connection without traffic, between requests or while its client does not read.
    package var idle: Duration = .seconds(75)
    /// From the connection to the end of its first head, handshake included; for a later head, this
    /// long beyond `idle` after the request before.
    package var head: Duration = .seconds(30)
    /// A body, and one second more for each `minimumBodyRate` bytes that came.
    package var body: Duration = .seconds(60)
    /// Bytes a second.
    package var minimumBodyRate = 16 << 10

    package init() {}
}

/// The server's certificate, and the clients it knows.
package struct TLSSettings: Sendable {
    /// PEM: the server's certificate first, then those that lead to a known authority.
    package var chain: String
    /// PEM, without a pass phrase.
    package var key: Secret
    /// PEM: who vouches for clients. Nil asks no client for a certificate.
    package var clientAuthority: String?
    /// Answers 403 to a client that shows no certificate.
    package var isClientCertificateRequired: Bool

    package init(
        chain: String, key: Secret, clientAuthority: String? = nil,
        isClientCertificateRequired: Bool = false
    ) {
        self.chain = chain
        self.key = key
        self.clientAuthority = clientAuthority
        self.isClientCertificateRequired = isClientCertificateRequired
    }
}
