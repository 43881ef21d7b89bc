/// Bounds of the spool.
package struct SpoolLimits: Sendable, Equatable {
    /// Most bytes of all files together; beyond it nothing is taken.
    package var bytes: Int
    /// A segment that has so many gets no more; it is deleted when all of it is in the store.
    package var segmentBytes: Int

    package init(bytes: Int, segmentBytes: Int? = nil) {
        self.bytes = bytes
        // So that deleting frees room in steps that matter, with few files.
        self.segmentBytes = segmentBytes ?? min(64 << 20, max(1 << 20, bytes / 32))
    }
}

/// How much waits in the spool, and whether it can take more.
package struct SpoolStatus: Sendable, Equatable {
    /// Events that are not in the store yet. Damaged ones count until they are met.
    package var events = 0
    /// Bytes that they take.
    package var bytes = 0
    /// Bytes of all files, with what was set aside.
    package var usedBytes = 0
    package var limit = 0
    /// When the oldest was spooled, in microseconds since 1970; nil while nothing waits.
    package var oldest: Int64?
    /// Bytes of events and of damaged places that were set aside for the operator.
    package var setAsideBytes = 0
    /// Why the last batch could not be spooled; nil when it could.
    package var failure: String?
    /// Why the store does not take what waits; nil while it does.
    package var obstacle: String?

    package init() {}

    package var isEmpty: Bool { bytes == 0 }
}
