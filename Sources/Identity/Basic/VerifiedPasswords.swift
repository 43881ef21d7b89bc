import Passwords

/// Passwords that were found right, each by a code that only this process can make, with the hash it
/// belongs to. Never the password.
struct VerifiedPasswords {
    private struct Entry {
        let hash: PasswordHash
        var used: ContinuousClock.Instant
    }

    /// How long one is remembered that nobody uses. It need not end sooner: a password and a hash that
    /// fit go on fitting, and whether the hash is still the user's is asked each time.
    private let lifetime: Duration
    private let capacity: Int
    private var entries: [[UInt8]: Entry] = [:]

    init(lifetime: Duration, capacity: Int = 10_000) {
        self.lifetime = lifetime
        self.capacity = capacity
    }

    mutating func hash(of code: [UInt8], at now: ContinuousClock.Instant) -> PasswordHash? {
        guard var entry = entries[code] else { return nil }
        guard now - entry.used < lifetime else {
            entries[code] = nil
            return nil
        }
        entry.used = now
        entries[code] = entry
        return entry.hash
    }

    mutating func remember(
        _ hash: PasswordHash, of code: [UInt8], at now: ContinuousClock.Instant
    ) {
        if entries.count >= capacity { makeRoom(now) }
        entries[code] = Entry(hash: hash, used: now)
    }

    private mutating func makeRoom(_ now: ContinuousClock.Instant) {
        entries = entries.filter { now - $0.value.used < lifetime }
        guard entries.count >= capacity,
            let oldest = entries.min(by: { $0.value.used < $1.value.used })
        else { return }
        entries[oldest.key] = nil
    }
}
