/// Why events were not sent. The same command sends the rest: what is stored is a duplicate.
package struct SendFailure: Error, Sendable, Equatable {
    package enum Kind: Sendable {
        /// The input cannot be read, or is not in a form we know.
        case badInput
        /// The server wants something else of us: credentials, a URL, a right.
        case refused
        /// The server did not take events for as long as we tried.
        case away
        case cancelled
    }

    package let kind: Kind
    /// A clause for the user, without a full stop.
    package let reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }
}
