/// What a database engine said no to, sorted by what can be done about it.
package struct SQLError: Error, Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// Another connection holds a lock, or no connection is free; trying again helps.
        case busy
        /// Two transactions stood in each other's way and this one was taken back as a whole
        /// (deadlock, serialization failure): running all of it again helps.
        case deadlock
        /// The server is away or the link to it was lost. What was not committed is not there.
        case unavailable
        /// The link was lost between COMMIT and its answer: what was written may be there or not.
        case unknownOutcome
        /// The server takes no writes (a standby, a node without a quorum): another may.
        case notWritable
        /// The server does not let us in: password, certificate or right.
        case denied
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
    /// The engine's own number; 0 where it has none.
    package let code: Int
    /// The five characters of the standard's SQLSTATE; empty where the engine has none.
    package let state: String
    /// For the operator's log; may name files and servers, never values and never a password.
    package let message: String

    package init(kind: Kind, code: Int, state: String = "", message: String) {
        self.kind = kind
        self.code = code
        self.state = state
        self.message = message
    }

    /// The same, for a link that was lost while a commit was under way.
    package var withUnknownOutcome: SQLError {
        SQLError(kind: .unknownOutcome, code: code, state: state, message: message)
    }
}
