/// Holds the values that were used last, and no more than it may.
struct RecencyCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let limit: Int
    private var places: [Key: Int] = [:]
    private var slots: [Slot] = []
    private var free: [Int] = []
    /// The slots used last and longest ago; -1 while there are none.
    private var newest = -1
    private var oldest = -1

    private struct Slot {
        var key: Key
        var value: Value
        var newer: Int
        var older: Int
    }

    /// - Parameter limit: at least 1.
    init(limit: Int) {
        self.limit = max(1, limit)
    }

    var count: Int { places.count }

    /// The value, which counts as used now.
    mutating func use(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        if place != newest {
            detach(place)
            attach(place)
        }
        return slots[place].value
    }

    mutating func set(_ key: Key, _ value: Value) {
        remove(key)
        if count >= limit { remove(slots[oldest].key) }
        let slot = Slot(key: key, value: value, newer: -1, older: -1)
        let place: Int
        if let reused = free.popLast() {
            place = reused
            slots[place] = slot
        } else {
            place = slots.count
            slots.append(slot)
        }
        places[key] = place
        attach(place)
    }

    mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        detach(place)
        free.append(place)
    }

    private mutating func attach(_ place: Int) {
        slots[place].newer = -1
        slots[place].older = newest
        if newest >= 0 { slots[newest].newer = place }
        newest = place
        if oldest < 0 { oldest = place }
    }

    private mutating func detach(_ place: Int) {
        let slot = slots[place]
        if slot.newer >= 0 { slots[slot.newer].older = slot.older } else { newest = slot.older }
        if slot.older >= 0 { slots[slot.older].newer = slot.newer } else { oldest = slot.newer }
    }
}
