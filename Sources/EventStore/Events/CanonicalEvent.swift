import Values

extension Event {
    /// The bytes whose digest stands for the event's content: each field with its length before it,
    /// so that no two events share them.
    ///
    /// Format, version 1: `01`, then message id, type and raw as (length as 8 bytes little endian,
    /// UTF-8); generated as 8 bytes; the number of traits as 8 bytes; each trait as name (length and
    /// UTF-8), one byte of type code, one byte that is 0 for null and 1 otherwise, and the value: text
    /// as length and UTF-8, everything else as 8 bytes (float: its IEEE 754 bits).
    package func canonicalBytes() -> [UInt8] {
        var bytes: [UInt8] = [1]
        bytes.reserveCapacity(128 + raw.text.utf8.count + traits.count * 64)
        bytes.append(field: messageID)
        bytes.append(field: eventType)
        bytes.append(field: raw.text)
        bytes.append(word: UInt64(bitPattern: generated.microseconds))
        bytes.append(word: UInt64(traits.count))
        // By index: a copy of each trait would count references twice for each of its texts.
        for index in traits.indices {
            bytes.append(field: traits[index].name)
            bytes.append(UInt8(traits[index].value.type.rawValue))
            bytes.append(value: traits[index].value)
        }
        return bytes
    }

    /// What the digest stands for: the event as answers show it.
    ///
    /// Panko's form of an answer calls a null value the text "None". Told apart, an event with such
    /// a trait would be a conflict when an answer is posted back; so both count as the same.
    package func contentBytes() -> [UInt8] {
        guard traits.contains(where: \.isNull) else { return canonicalBytes() }
        let shown = traits.map { $0.isNull ? Trait($0.name, .text("None")) : $0 }
        return Event(
            messageID: messageID, eventType: eventType, generated: generated, traits: shown,
            raw: raw
        ).canonicalBytes()
    }
}

extension [UInt8] {
    fileprivate mutating func append(value: TraitValue) {
        if case .null = value {
            append(0)
            return
        }
        append(1)
        switch value {
        case .text(let text): append(field: text)
        case .integer(let number): append(word: UInt64(bitPattern: number))
        case .float(let number): append(word: number.bitPattern)
        case .datetime(let time): append(word: UInt64(bitPattern: time.microseconds))
        case .null: break
        }
    }

    fileprivate mutating func append(field text: String) {
        append(word: UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    fileprivate mutating func append(word: UInt64) {
        unsafe Swift.withUnsafeBytes(of: word.littleEndian) { unsafe append(contentsOf: $0) }
    }
}
