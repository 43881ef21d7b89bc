import Values

extension Event {
    /// The event that `canonicalBytes()` wrote.
    ///
    /// Nil where the bytes are no such event. Whoever keeps them checks a digest first: a bit that
    /// fell over inside a text still reads as an event.
    package init?(canonicalBytes bytes: [UInt8]) {
        var reader = CanonicalReader(bytes)
        guard reader.byte() == 1, let messageID = reader.field(), let eventType = reader.field(),
            let raw = reader.field(), let microseconds = reader.word(),
            let generated = Timestamp(microseconds: Int64(bitPattern: microseconds)),
            let count = reader.word(), count <= UInt64(bytes.count)
        else { return nil }
        var traits: [Trait] = []
        traits.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let trait = reader.trait() else { return nil }
            traits.append(trait)
        }
        guard reader.isAtEnd else { return nil }
        self.init(
            messageID: messageID, eventType: eventType, generated: generated, traits: traits,
            raw: JSONText(canonical: raw))
    }
}

/// Reads the parts one after the other; every method is nil at a damaged place, never a trap.
private struct CanonicalReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func word() -> UInt64? {
        guard bytes.count - position >= 8 else { return nil }
        defer { position += 8 }
        return bytes[position..<position + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func field() -> String? {
        guard let count = word(), count <= UInt64(bytes.count - position) else { return nil }
        defer { position += Int(count) }
        return String(decoding: bytes[position..<position + Int(count)], as: UTF8.self)
    }

    mutating func trait() -> Trait? {
        guard let name = field(), let code = byte(), let type = TraitType(rawValue: Int(code)),
            let presence = byte(), presence <= 1
        else { return nil }
        if presence == 0 { return Trait(name, .null(type)) }
        return value(of: type).map { Trait(name, $0) }
    }

    private mutating func value(of type: TraitType) -> TraitValue? {
        switch type {
        case .text: field().map { .text($0) }
        case .integer: word().map { .integer(Int64(bitPattern: $0)) }
        case .float: word().map { .float(Double(bitPattern: $0)) }
        case .datetime:
            word().flatMap { Timestamp(microseconds: Int64(bitPattern: $0)) }.map { .datetime($0) }
        }
    }
}
