internal import CSimdJSON
internal import Synchronization

/// Parsers that wait for their next text: making one costs more than reading a small event.
enum ParserPool {
    /// The pointer goes from one task to the next under the lock, and is nobody else's meanwhile.
    private struct Idle: @unchecked Sendable {
        let parser: OpaquePointer
    }

    /// More than this would only hold memory: so many can be at work at once on few cores.
    private static let largestPool = 8
    /// A parser that grew beyond this (bytes) for one large text is not kept.
    private static let largestFootprint = 2 << 20
    private static let idle = Mutex<[Idle]>([])

    /// Nil where there is no memory.
    static func take() -> OpaquePointer? {
        idle.withLock { $0.popLast() }?.parser ?? annals_json_create()
    }

    static func give(back parser: OpaquePointer) {
        guard annals_json_footprint(parser) <= largestFootprint else {
            annals_json_destroy(parser)
            return
        }
        let returned = Idle(parser: parser)
        let isKept = idle.withLock { idle in
            guard idle.count < largestPool else { return false }
            idle.append(returned)
            return true
        }
        if !isKept { annals_json_destroy(parser) }
    }
}
