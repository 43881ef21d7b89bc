package import EventStore
package import SQL

extension StorageError {
    /// The one place where an engine's failure becomes the store's.
    package init(_ error: SQLError) {
        switch error.kind {
        case .busy, .deadlock: self = .busy(detail: error.message)
        case .unavailable, .unknownOutcome, .notWritable, .denied:
            self = .unavailable(detail: error.message)
        case .full, .readOnly: self = .full(detail: error.message)
        case .timedOut: self = .timedOut(detail: error.message)
        case .cancelled: self = .cancelled
        default: self = .failed(detail: error.message)
        }
    }
}
