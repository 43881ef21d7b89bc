import Glibc
package import Logging
import Synchronization
import Values

/// swift-log's way to stderr: one line for each event, never interleaved.
package struct LogOutput: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level
    private let label: String
    private let format: LogFormat
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes a whole line with its break; called from any thread.
    package init(
        label: String, level: Logger.Level, format: LogFormat,
        write: @escaping @Sendable (String) -> Void = StandardError.write
    ) {
        self.label = label
        self.logLevel = level
        self.format = format
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        let line = LogLine(
            time: .now, level: event.level, label: label, message: "\(event.message)",
            metadata: all)
        write(line.written(as: format))
    }
}

/// The process's stderr.
package enum StandardError {
    private static let turn = Mutex(())

    /// Writes all of the line. What cannot be written is lost: there is nobody left to tell.
    package static func write(_ line: String) {
        var rest = Array(line.utf8)[...]
        turn.withLock { _ in
            while !rest.isEmpty {
                let written = unsafe rest.withUnsafeBytes { bytes in
                    unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
                }
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
