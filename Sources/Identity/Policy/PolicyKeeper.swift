internal import FoundationEssentials
package import Logging
internal import Metrics
internal import Synchronization
internal import Values

/// The rules in force: read at start, and again whenever a file changes. Files that cannot be used
/// leave the rules as they are.
package final class PolicyKeeper: Sendable {
    private struct State {
        var rules: PolicyRules
        /// What the files held that the rules were made of.
        var used: Contents
        /// What they held at the last look, where that was something new.
        var waiting: Contents?
        var refused: Contents?
        var failure: String?
    }

    private struct Contents: Equatable {
        var files: [ExactText: Data?] = [:]
        var directory = DirectoryState.listed
    }

    private enum DirectoryState: Equatable {
        case listed
        case missing
        case unreadable(reason: String)
    }

    private let file: String?
    private let directory: String?
    private let logger: Logger
    private let state: Mutex<State>
    private let current = Meter(label: "policy_current")

    /// - Parameters:
    ///   - file: nil for the built-in rules.
    ///   - directory: its files named `*.yaml`, `*.yml` and `*.json` are applied over `file`, in the
    ///     order of their names. A directory that does not exist at the start is an empty one.
    /// - Throws: where there is a file that cannot be used.
    package init(
        file: String?, directory: String?, logger: Logger
    ) throws(PolicyFileError) {
        self.file = file
        self.directory = directory
        self.logger = logger
        let contents = Self.contents(file, directory)
        let rules = try Self.rules(contents, file, logger)
        state = Mutex(State(rules: rules, used: contents))
        tell(rules)
    }

    /// Without files: the built-in rules, for ever.
    package init(logger: Logger) {
        file = nil
        directory = nil
        self.logger = logger
        state = Mutex(State(rules: .builtIn, used: Contents()))
    }

    package var rules: PolicyRules { state.withLock(\.rules) }

    /// Why the files are not what is in force; nil while they are.
    package var failure: String? { state.withLock(\.failure) }

    /// Looks for changes twice a second until it is cancelled.
    package func run() async {
        guard file != nil || directory != nil else { return }
        while !Task.isCancelled {
            refresh()
            // A cancelled sleep ends the loop at its condition.
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Takes the files up where they have changed and stood still since the last look: a file that
    /// is being written is not read half.
    ///
    /// - Parameter isAsked: somebody says that they are ready.
    package func refresh(isAsked: Bool = false) {
        let contents = Self.contents(file, directory)
        let isReady = state.withLock { state in
            if contents == state.used { return settle(&state) }
            defer { state.waiting = contents }
            if contents == state.refused { return false }
            return isAsked || contents == state.waiting
        }
        if isReady { take(contents) }
    }

    /// The files are again what is in force.
    private func settle(_ state: inout State) -> Bool {
        if state.failure != nil { logger.notice("the policy files are again those in force") }
        state.waiting = nil
        state.refused = nil
        state.failure = nil
        current.set(Int64(1))
        return false
    }

    private func take(_ contents: Contents) {
        do throws(PolicyFileError) {
            try requireDirectory(contents)
            let rules = try Self.rules(contents, file, logger)
            state.withLock { $0 = State(rules: rules, used: contents) }
            tell(rules)
            count("loaded")
        } catch {
            state.withLock { state in
                state.refused = contents
                state.failure = error.description
            }
            logger.error(
                "the policy files cannot be used, the old rules stay in force",
                metadata: ["error": "\(error)"])
            count("refused")
            current.set(Int64(0))
        }
    }

    private func tell(_ rules: PolicyRules) {
        for problem in rules.problems {
            logger.warning("a rule of the policy needs a look", metadata: ["rule": "\(problem)"])
        }
        let changed = rules.rules.count { $0.file != nil }
        logger.notice("policy in force", metadata: ["rules_from_files": "\(changed)"])
        current.set(Int64(1))
    }

    private func count(_ outcome: String) {
        Counter(label: "policy_loads", dimensions: [("outcome", outcome)]).increment()
    }

    /// A directory that had rules does not give them up by going away: what is left may be looser.
    private func requireDirectory(_ contents: Contents) throws(PolicyFileError) {
        let hadRules = state.withLock { state in
            state.used.files.keys.contains { $0.text != file }
        }
        guard contents.directory == .missing, hadRules else { return }
        throw PolicyFileError(
            "The policy directory \(directory ?? "") has gone, and rules in force are from there. "
                + "Make it anew, empty where its rules shall no longer hold.")
    }

    private static func rules(
        _ contents: Contents, _ file: String?, _ logger: Logger
    ) throws(PolicyFileError) -> PolicyRules {
        if case .unreadable(let reason) = contents.directory { throw PolicyFileError(reason) }
        let first = file.map { ExactText($0) }
        // The file itself comes first, whatever its name.
        let order = contents.files.keys.filter { $0 != first }.sorted()
        var files: [PolicyFile] = []
        for path in (first.map { [$0] } ?? []) + order {
            files.append(try PolicyFile(path: path.text, data: contents.files[path] ?? nil))
        }
        let failures = PolicyFailures { rule, reason in
            logger.warning(
                "a rule of the policy cannot be evaluated, and lets nobody in",
                metadata: ["rule": "\(rule)", "reason": "\(reason)"])
        }
        return PolicyRules(files, failures: failures)
    }

    private static func contents(_ file: String?, _ directory: String?) -> Contents {
        var contents = Contents()
        var paths = file.map { [$0] } ?? []
        if let directory {
            do {
                paths += try FileManager.default.contentsOfDirectory(atPath: directory)
                    .filter(isPolicy).map { "\(directory)/\($0)" }
            } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
                // Packages may leave it out.
                contents.directory = .missing
            } catch {
                // Without the error's own words, which are other ones each time: two looks are compared.
                contents.directory = .unreadable(
                    reason: "The policy directory \(directory) cannot be read. It has to be a "
                        + "directory that the service's user may list.")
            }
        }
        contents.files = Dictionary(
            paths.map { (ExactText($0), FileManager.default.contents(atPath: $0)) },
            uniquingKeysWith: { first, _ in first })
        return contents
    }

    private static func isPolicy(_ name: String) -> Bool {
        !name.hasPrefix(".") && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
    }
}
