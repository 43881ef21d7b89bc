import FoundationEssentials
import Glibc
package import Logging
import Metrics
import Synchronization

/// The text of one file.
package struct CredentialFile: Sendable {
    package let path: String
    package let text: String
}

/// What files of credentials say.
package protocol CredentialEntries: Sendable {
    /// Nobody stands in them.
    var isEmpty: Bool { get }
}

/// What some files say, read again when one of them has changed and stands still. A version that is no
/// good is told to the operator, and the one before goes on.
package final class WatchedFiles<Content: CredentialEntries>: Sendable {
    package typealias Reader =
        @Sendable ([CredentialFile]) throws(CredentialFileError) -> Content
    package typealias Clock = @Sendable () -> ContinuousClock.Instant

    private struct State {
        var content: Content
        var version = 1
        /// Of the files that were read last.
        var stamps: [FileStamp?]
        /// At the last look.
        var seen: [FileStamp?]
        var looked: ContinuousClock.Instant
    }

    private let paths: [String]
    private let read: Reader
    private let now: Clock
    private let wallClock: @Sendable () -> Int
    private let logger: Logger
    /// 1 while the newest version is in use.
    private let isCurrent: Meter
    private let state: Mutex<State>

    /// - Parameters:
    ///   - strategy: names the files in metrics.
    ///   - wallClock: seconds since 1970.
    ///   - read: makes the content of the files, in the order of the paths.
    package init(
        _ paths: [String], strategy: String, logger: Logger,
        now: @escaping Clock = { .now }, wallClock: @escaping @Sendable () -> Int = { time(nil) },
        read: @escaping Reader
    ) throws(CredentialFileError) {
        self.paths = paths
        self.read = read
        self.now = now
        self.wallClock = wallClock
        self.logger = logger
        let stamps = paths.map(FileStamp.init(path:))
        let content = try read(Self.files(paths))
        state = Mutex(State(content: content, stamps: stamps, seen: stamps, looked: now()))
        isCurrent = Meter(
            label: "credential_files_current", dimensions: [("strategy", strategy)])
        isCurrent.set(Int64(1))
    }

    /// Looks at most once a second whether there is something new.
    package var content: Content { current.content }

    /// - Returns: also a number that is another one after each change.
    package var current: (content: Content, version: Int) {
        let now = now()
        return state.withLock { state in
            if now - state.looked >= .seconds(1) {
                state.looked = now
                look(&state)
            }
            return (state.content, state.version)
        }
    }

    private func look(_ state: inout State) {
        let stamps = paths.map(FileStamp.init(path:))
        defer { state.seen = stamps }
        guard stamps != state.stamps, stamps == state.seen || standStill(stamps) else { return }
        do throws(CredentialFileError) {
            let files = try Self.files(paths)
            // What changes meanwhile may have been read half; it is looked at again.
            guard paths.map(FileStamp.init(path:)) == stamps else { return }
            state.stamps = stamps
            let content = try read(files)
            try requireEntries(content, after: state.content)
            state.content = content
            state.version += 1
            isCurrent.set(Int64(1))
            logger.notice(
                "credential files read again",
                metadata: ["files": "\(paths.joined(separator: ", "))"])
        } catch {
            state.stamps = stamps
            isCurrent.set(Int64(0))
            logger.error(
                "credential files not taken, the old ones stay", metadata: ["error": "\(error)"])
        }
    }

    /// Nothing has been written for a second at least. So whoever is the first to come for hours meets
    /// the files as they are.
    private func standStill(_ stamps: [FileStamp?]) -> Bool {
        let newest = stamps.map { $0?.changed ?? .max }.max() ?? .max
        return newest < wallClock() - 1
    }

    /// Whoever empties a file is most likely about to fill it again, and a publisher that is refused
    /// meanwhile may lose its events.
    private func requireEntries(
        _ content: Content, after old: Content
    ) throws(CredentialFileError) {
        guard content.isEmpty, !old.isEmpty else { return }
        throw CredentialFileError(
            paths[0],
            "nobody stands in the file any more; to let nobody in this way, take the strategy out "
                + "of auth.strategies and restart the service")
    }

    private static func files(
        _ paths: [String]
    ) throws(CredentialFileError) -> [CredentialFile] {
        var files: [CredentialFile] = []
        for path in paths {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CredentialFileError(path, "the file cannot be read")
            }
            guard let text = String(validating: data, as: UTF8.self) else {
                throw CredentialFileError(path, "the file is not valid UTF-8")
            }
            files.append(CredentialFile(path: path, text: text))
        }
        return files
    }
}
