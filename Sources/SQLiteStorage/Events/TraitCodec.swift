import EventStore
import Values

/// The column `event.traits`: all traits of an event in one blob, in the event's order.
///
/// Format: the number of traits; then for each one byte (type code, plus 128 for null), the name,
/// and the value unless it is null. Numbers are LEB128, texts a length and UTF-8, integers zigzag
/// LEB128, floats and times 8 bytes little endian. No dictionary of names: a row reads without any
/// other row, and the blob is still three quarters of the JSON it came from.
enum TraitCodec {
    static func encode(_ traits: [Trait]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + traits.count * 40)
        bytes.append(variable: UInt64(traits.count))
        for trait in traits {
            encode(trait, into: &bytes)
        }
        return bytes
    }

    private static func encode(_ trait: Trait, into bytes: inout [UInt8]) {
        let type = UInt8(trait.value.type.rawValue)
        switch trait.value {
        case .null:
            bytes.append(type | 0x80)
            bytes.append(text: trait.name)
        case .text(let text):
            bytes.append(type)
            bytes.append(text: trait.name)
            bytes.append(text: text)
        case .integer(let number):
            bytes.append(type)
            bytes.append(text: trait.name)
            bytes.append(variable: UInt64(bitPattern: (number << 1) ^ (number >> 63)))
        case .float(let number):
            bytes.append(type)
            bytes.append(text: trait.name)
            bytes.append(fixed: number.bitPattern)
        case .datetime(let time):
            bytes.append(type)
            bytes.append(text: trait.name)
            bytes.append(fixed: UInt64(bitPattern: time.microseconds))
        }
    }

    /// Nil where the bytes are no such blob: the row is damaged.
    static func decode(_ bytes: [UInt8]) -> [Trait]? {
        var reader = ByteReader(bytes)
        guard let count = reader.variable(), count <= UInt64(bytes.count) else { return nil }
        var traits: [Trait] = []
        traits.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let trait = decodeTrait(from: &reader) else { return nil }
            traits.append(trait)
        }
        return reader.isAtEnd ? traits : nil
    }

    private static func decodeTrait(from reader: inout ByteReader) -> Trait? {
        guard let head = reader.byte(), let type = TraitType(rawValue: Int(head & 0x7F)),
            let name = reader.text()
        else { return nil }
        if head & 0x80 != 0 { return Trait(name, .null(type)) }
        return decodeValue(of: type, from: &reader).map { Trait(name, $0) }
    }

    private static func decodeValue(of type: TraitType, from reader: inout ByteReader)
        -> TraitValue?
    {
        switch type {
        case .text:
            reader.text().map { .text($0) }
        case .integer:
            reader.variable().map { .integer(Int64(bitPattern: $0 >> 1) ^ -Int64($0 & 1)) }
        case .float:
            reader.fixed().map { .float(Double(bitPattern: $0)) }
        case .datetime:
            reader.fixed().flatMap { Timestamp(microseconds: Int64(bitPattern: $0)) }
                .map { .datetime($0) }
        }
    }
}
