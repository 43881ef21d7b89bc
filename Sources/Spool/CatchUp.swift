/// Lets the spool run empty under load: while the store takes what waits there, new events come to
/// the disk more slowly than old ones leave it.
///
/// Without it a publisher that sends as fast as it is answered could fill the spool faster than the
/// store drains it, for as long as it sends.
actor CatchUp {
    /// The store takes what waits.
    private var isDraining = false
    /// Events that may be spooled before more are drained; may go below zero.
    private var credit = 0
    private var line: [(ticket: Int, events: Int, turn: CheckedContinuation<Void, Never>)] = []
    private var tickets = 0

    /// Waits for the turn of so many events: until twice as many were drained, the spool has run
    /// empty, the store has stopped taking them, or `limit` is over.
    func turn(of events: Int, within limit: Duration) async {
        guard isDraining, credit <= 0 || !line.isEmpty else {
            credit -= events
            return
        }
        tickets += 1
        let ticket = tickets
        let alarm = Task {
            // Cancelled when the turn has come: then there is nobody to wake.
            if (try? await Task.sleep(for: limit)) != nil { leave(ticket) }
        }
        await withCheckedContinuation { line.append((ticket, events, $0)) }
        alarm.cancel()
    }

    /// Batches that wait for their turn.
    var waiting: Int { line.count }

    /// So many events went into the store, and more wait.
    func drained(_ events: Int) {
        isDraining = true
        // What nobody has used is not saved up.
        credit = min(credit, 0) + events / 2
        while credit > 0, let first = line.first {
            credit -= first.events
            line.removeFirst()
            first.turn.resume()
        }
    }

    /// The spool is empty, or the store does not take what is in it: nobody has to wait.
    func stop() {
        isDraining = false
        credit = 0
        for place in line { place.turn.resume() }
        line = []
    }

    private func leave(_ ticket: Int) {
        // The store may be hanging: then nobody else has to find that out by waiting as long.
        if line.contains(where: { $0.ticket == ticket }) { stop() }
    }
}
