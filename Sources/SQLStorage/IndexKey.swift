package import EventStore
import Values

/// A key of the index: the 64-bit hash of something events have in common.
///
/// Two things may share a key. That costs a look at an event too many and nothing else, because
/// every candidate is checked against the query before it is returned.
package enum IndexKey {
    /// Events of a type.
    package static func eventType(_ name: String) -> Int64 {
        var hash = KeyHash(tag: 1)
        hash.combine(name)
        return hash.key
    }

    /// Events that have a trait of that name and type, whatever its value.
    package static func presence(_ name: String, _ type: TraitType) -> Int64 {
        KeyHash(trait: name, type).key
    }

    /// Events whose trait has that value.
    package static func value(_ name: String, _ value: TraitValue) -> Int64 {
        var hash = KeyHash(trait: name, value.type)
        hash.combine(value)
        return hash.key
    }

    /// Events that name no project: an administrator of any project sees them.
    package static let unowned = KeyHash(tag: 3).key

    /// The hash of an event's type and of the names and types of its traits.
    ///
    /// - Parameter keys: `all(of: event)`, where the presence keys stand already.
    package static func shape(of event: Event, _ keys: [Int64]) -> Int64 {
        var hash = KeyHash(tag: 4)
        hash.combine(word: UInt64(bitPattern: keys[0]))
        var place = 1
        for trait in event.traits {
            hash.combine(word: UInt64(bitPattern: keys[place]))
            if case .null = trait.value { place += 1 } else { place += 2 }
        }
        return hash.key
    }

    /// All keys of an event: its type, then for each trait its presence and, unless it is null, its
    /// value, then whether it is unowned. A key may stand twice.
    package static func all(of event: Event) -> [Int64] {
        var keys: [Int64] = []
        keys.reserveCapacity(2 * event.traits.count + 2)
        keys.append(eventType(event.eventType))
        for trait in event.traits {
            var hash = KeyHash(trait: trait.name, trait.value.type)
            keys.append(hash.key)
            if case .null = trait.value { continue }
            hash.combine(trait.value)
            keys.append(hash.key)
        }
        if !event.namesProject { keys.append(unowned) }
        return keys
    }
}

/// FNV-1a with a final mix (the finalizer of MurmurHash3). Stored by every engine: a change is a new
/// schema.
private struct KeyHash {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    init(tag: UInt8) {
        combine(byte: tag)
    }

    init(trait name: String, _ type: TraitType) {
        self.init(tag: 2)
        combine(byte: UInt8(type.rawValue))
        combine(name)
    }

    var key: Int64 {
        var mixed = state
        mixed = (mixed ^ mixed >> 33) &* 0xff51_afd7_ed55_8ccd
        mixed = (mixed ^ mixed >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return Int64(bitPattern: mixed ^ mixed >> 33)
    }

    mutating func combine(byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }

    mutating func combine(_ text: String) {
        let isCombined: Void? = unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
            for index in bytes.indices { unsafe combine(byte: bytes[index]) }
        }
        if isCombined == nil {
            for byte in text.utf8 { combine(byte: byte) }
        }
        // No UTF-8 text holds this byte: "a" + "bc" and "ab" + "c" stay apart.
        combine(byte: 0xFF)
    }

    mutating func combine(word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            combine(byte: UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    mutating func combine(_ value: TraitValue) {
        combine(byte: 0xFE)
        switch value {
        case .text(let text): combine(text)
        case .integer(let number): combine(word: UInt64(bitPattern: number))
        // Zero and minus zero are equal, so they share a key.
        case .float(let number): combine(word: number == 0 ? 0 : number.bitPattern)
        case .datetime(let time): combine(word: UInt64(bitPattern: time.microseconds))
        case .null: break
        }
    }
}
