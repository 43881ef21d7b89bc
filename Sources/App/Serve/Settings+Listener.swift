import Listener

extension Settings {
    /// What the listener needs of the settings.
    ///
    /// - Parameter certificate: nil serves plain HTTP.
    func listener(_ certificate: ServerCertificate?) -> ListenerSettings {
        var result = ListenerSettings()
        result.address = listen.address
        result.port = UInt16(clamping: listen.port)
        if let threads = listen.threads { result.threads = threads }
        result.tls = certificate.map {
            .init(
                chain: $0.chain, key: $0.key, clientAuthority: $0.clientAuthorities,
                isClientCertificateRequired: tls.isClientRequired)
        }
        result.limits.body = ingest.maximumBody
        result.limits.bodiesInFlight = ingest.maximumInFlight
        result.limits.connections = listen.connections
        result.limits.connectionsPerAddress = listen.connectionsPerAddress
        result.timeouts.idle = listen.idleTimeout
        result.timeouts.head = listen.headTimeout
        result.timeouts.body = listen.bodyTimeout
        return result
    }
}
