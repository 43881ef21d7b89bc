/// Nobody gave a resource back in the time that the caller was ready to wait.
package struct ResourceWaitTooLong: Error {}

/// Lends a fixed set of resources, first come first served.
///
/// A caller that is cancelled while it waits leaves the queue at once and takes nothing with it.
package actor ResourcePool<Resource: Sendable> {
    private var idle: [Resource]
    private var waiting: [(ticket: Int, turn: CheckedContinuation<Resource?, Never>)] = []
    private var nextTicket = 0

    package init(_ resources: [Resource]) {
        idle = resources
    }

    /// - Parameter limit: how long to stand in line; nil for as long as it takes.
    /// - Throws: `CancellationError` where the caller was cancelled before its turn and
    ///   `ResourceWaitTooLong` where its turn did not come in time; otherwise what `body` throws. The
    ///   resource goes back in all cases.
    package nonisolated func withResource<Output: Sendable>(
        waitingAtMost limit: Duration? = nil, _ body: (Resource) async throws -> Output
    ) async throws -> Output {
        guard let resource = await borrow(within: limit) else {
            if Task.isCancelled { throw CancellationError() }
            throw ResourceWaitTooLong()
        }
        do {
            let output = try await body(resource)
            await giveBack(resource)
            return output
        } catch {
            await giveBack(resource)
            throw error
        }
    }

    /// Callers in line.
    package var queueDepth: Int { waiting.count }

    private func borrow(within limit: Duration?) async -> Resource? {
        if let resource = idle.popLast() { return resource }
        let ticket = nextTicket
        nextTicket += 1
        let alarm = limit.map { limit in
            Task {
                // Cancelled when the turn has come: then there is nobody to send away.
                if (try? await Task.sleep(for: limit)) != nil { leave(ticket) }
            }
        }
        defer { alarm?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                if Task.isCancelled {
                    turn.resume(returning: nil)
                } else {
                    waiting.append((ticket, turn))
                }
            }
        } onCancel: {
            Task { await self.leave(ticket) }
        }
    }

    private func leave(_ ticket: Int) {
        guard let place = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiting.remove(at: place).turn.resume(returning: nil)
    }

    private func giveBack(_ resource: Resource) {
        if waiting.isEmpty {
            idle.append(resource)
        } else {
            waiting.removeFirst().turn.resume(returning: resource)
        }
    }
}
