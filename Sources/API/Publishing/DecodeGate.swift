/// Lets in as many bytes of bodies as may be events in memory at one time; the others wait in line.
///
/// An event takes some three times the memory of its JSON until it is stored. Ceilometer's bodies of
/// one event pass by: they are small, and connections bound their number.
actor DecodeGate {
    private let capacity: Int
    private var free: Int
    private var waiting: [(weight: Int, turn: CheckedContinuation<Void, Never>)] = []

    /// Bodies up to this size are not held up.
    static let smallBody = 64 << 10

    /// - Parameter capacity: bytes of JSON; a body that is larger passes alone.
    init(capacity: Int = 32 << 20) {
        self.capacity = capacity
        free = capacity
    }

    /// Runs `body` when there is room for so many bytes.
    nonisolated func pass<Output, Failure: Error>(
        _ bytes: Int, _ body: () async throws(Failure) -> Output
    ) async throws(Failure) -> Output {
        if bytes <= Self.smallBody { return try await body() }
        let weight = await enter(bytes)
        do throws(Failure) {
            let output = try await body()
            await leave(weight)
            return output
        } catch {
            await leave(weight)
            throw error
        }
    }

    /// Bodies in line.
    var queueDepth: Int { waiting.count }

    private func enter(_ bytes: Int) async -> Int {
        let weight = min(bytes, capacity)
        if waiting.isEmpty, weight <= free {
            free -= weight
        } else {
            await withCheckedContinuation { waiting.append((weight, $0)) }
        }
        return weight
    }

    private func leave(_ weight: Int) {
        free += weight
        while let first = waiting.first, first.weight <= free {
            free -= first.weight
            waiting.removeFirst().turn.resume()
        }
    }
}
