import Foundation
import SQLiteStorage

/// Lends a store in a directory of its own, which goes when `body` has ended.
func withTemporaryStore(
    sizes: RunSizes = .standard, _ body: (TemporaryStore) async throws -> Void
) async throws {
    let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("annals-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer {
        // Nothing depends on it: the system clears its temporary directory in the end.
        try? FileManager.default.removeItem(at: directory)
    }
    let path = directory.appendingPathComponent("annals.db").path
    try await body(
        TemporaryStore(options: SQLiteStoreOptions(path: path, readers: 2, sizes: sizes)))
}

struct TemporaryStore {
    let options: SQLiteStoreOptions

    func open(as role: SQLiteStore.Role = .serving) throws -> SQLiteStore {
        try SQLiteStore(options, as: role)
    }
}

extension RunSizes {
    /// So small that a few hundred events make runs on three levels with several parts.
    static let tiny = RunSizes(eventsPerRun: 8, fanOut: 3, topLevel: 2, ranksPerPart: 24)
}
