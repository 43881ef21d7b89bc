/// Why the listener does not listen.
package enum ListenerError: Error, Sendable, Equatable {
    case badAddress(String, reason: String)
    case portInUse(address: String, port: UInt16)
    case cannotListen(address: String, port: UInt16, reason: String)
    case badCertificate(reason: String)
    case notSecure
    case notStarted(reason: String)

    package var message: String {
        switch self {
        case .badAddress(let address, let reason):
            "'\(address)' is not an address of this machine: \(reason)."
        case .portInUse(let address, let port):
            "Port \(port) on \(address) is in use by another process."
        case .cannotListen(let address, let port, let reason):
            "Cannot listen on \(address) port \(port): \(reason)."
        case .badCertificate(let reason):
            "The TLS settings cannot be used: \(reason)"
        case .notSecure:
            "There is no certificate to replace: this listener serves plain HTTP."
        case .notStarted(let reason):
            "The listener did not start: \(reason)."
        }
    }
}
