/// Why Keystone could not say who a caller is.
struct KeystoneFailure: Error, Sendable, Equatable {
    enum Kind: String, Sendable {
        /// No answer came.
        case unreachable
        /// Our own credentials do not hold.
        case credentials
        /// Our account may not ask about the tokens of others.
        case notAllowed = "not_allowed"
        /// An answer came that helps nobody: an error of Keystone's, or a document without sense.
        case answer
    }

    let kind: Kind
    /// A sentence for the operator; never a token, never a password.
    let detail: String

    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}
