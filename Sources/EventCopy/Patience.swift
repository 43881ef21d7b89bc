package import EventStore

/// Tries again what a busy or absent store may do in a moment.
package struct Patience: Sendable {
    private let pauses: [Duration]
    private let wait: @Sendable (Duration) async throws -> Void

    /// - Parameter pauses: before each further try; about two minutes together, the time a server
    ///   takes to restart.
    package init(
        pauses: [Duration] = [.milliseconds(100), .milliseconds(500)]
            + [1, 2, 5, 10, 15, 30, 60].map { .seconds($0) },
        wait: @escaping @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }
    ) {
        self.pauses = pauses
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
