package import EventStore

/// Tries again what a busy or absent store may do in a moment.
package struct Patience: Sendable {
    private let pauses: [Duration]
    private let report: @Sendable (StorageError, Duration) -> Void
    private let wait: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - pauses: before each further try; about two minutes together, the time a server takes to
    ///     restart.
    ///   - report: told of each pause, and why it is made.
    package init(
        pauses: [Duration] = [.milliseconds(100), .milliseconds(500)]
            + [1, 2, 5, 10, 15, 30, 60].map { .seconds($0) },
        report: @escaping @Sendable (StorageError, Duration) -> Void = { _, _ in },
        wait: @escaping @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }
    ) {
        self.pauses = pauses
        self.report = report
        self.wait = wait
    }

    package func run<Output>(
        _ work: () async throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        for pause in pauses {
            do throws(StorageError) {
                return try await work()
            } catch {
                guard error.mayPass else { throw error }
                report(error, pause)
            }
            do {
                try await wait(pause)
            } catch {
                throw .cancelled
            }
        }
        return try await work()
    }
}

extension StorageError {
    fileprivate var mayPass: Bool {
        switch self {
        case .busy, .unavailable: true
        case .invalidQuery, .full, .timedOut, .cancelled, .failed: false
        }
    }
}
