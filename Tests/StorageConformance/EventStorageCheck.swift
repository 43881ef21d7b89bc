package import EventStore
import Values

/// One sentence of the storage contract, and how it is checked on a fresh storage.
package struct EventStorageCheck: Sendable, CustomStringConvertible {
    package let description: String
    private let body: @Sendable (any EventStorage) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any EventStorage) async throws -> Void)
    {
        self.description = description
        self.body = body
    }

    /// - Parameter storage: empty.
    package func run(_ storage: any EventStorage) async throws {
        try await body(storage)
    }

    /// The whole contract. A new engine runs all of it.
    package static var all: [EventStorageCheck] {
        recording + keeping + querying + paging + visibility + listing + retention
    }
}

/// What a check found wrong.
package struct ContractBroken: Error, CustomStringConvertible {
    package let description: String
}

/// Throws where the two differ; the test target that runs the check reports it.
func expect<Value: Equatable>(
    _ found: Value, _ wanted: Value, line: Int = #line, file: StaticString = #fileID
) throws {
    guard found != wanted else { return }
    throw ContractBroken(description: "\(file):\(line): found \(found), wanted \(wanted)")
}
