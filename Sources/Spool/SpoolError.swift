/// Why the spool does not do what it was asked to.
package enum SpoolError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another process has the directory.
    case held(path: String, holder: String)
    case cannotOpen(path: String, reason: String)
    /// What is to be kept does not fit below the limit.
    case full(bytes: Int, limit: Int)
    /// The disk refused; nothing of the batch is promised.
    case disk(path: String, reason: String)

    package var description: String {
        switch self {
        case .held(let path, let holder):
            "Another process (\(holder)) uses the spool in \(path) already. Stop it, or give "
                + "each instance an ingest.spool.path of its own."
        case .cannotOpen(let path, let reason):
            "The spool in \(path) cannot be used: \(reason). ingest.spool.path must name a "
                + "directory that the service may write."
        case .full(let bytes, let limit):
            "the spool is full: \(bytes) of \(limit) bytes (ingest.spool.maximum_bytes)"
        case .disk(let path, let reason):
            "the spool's disk failed at \(path): \(reason)"
        }
    }

    /// For metrics.
    package var label: String {
        switch self {
        case .held: "held"
        case .cannotOpen: "cannot_open"
        case .full: "full"
        case .disk: "disk"
        }
    }
}
