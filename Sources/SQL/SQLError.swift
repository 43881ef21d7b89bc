/// What a database engine said no to, sorted by what can be done about it.
package struct SQLError: Error, Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// Another connection holds a lock; trying again helps.
        case busy
        /// No room on the disk, or a quota is reached.
        case full
        /// Reading or writing failed; what was not committed is not there.
        case inputOutput
        /// Bringing data to the disk failed: the kernel may have dropped it, and a second try that
        /// succeeds says nothing about the first.
        case syncFailed
        /// The file is damaged or is no database.
        case corrupt
        /// The file or the file system can only be read.
        case readOnly
        case constraint
        case interrupted
        /// The time a query may take is over.
        case timedOut
        /// Whoever asked has gone.
        case cancelled
        case cannotOpen
        /// A statement or a use of it is wrong: our own mistake.
        case misuse
        case other
    }

    package let kind: Kind
    /// The engine's own number.
    package let code: Int
    /// For the operator's log; may name files, never values.
    package let message: String

    package init(kind: Kind, code: Int, message: String) {
        self.kind = kind
        self.code = code
        self.message = message
    }
}
