import CLibPQ
import SQL

/// The values of a statement as libpq wants them: one buffer, and where each value lies in it.
///
/// An integer goes as int8, a real as float8; a text has the type its place asks for, in that type's
/// text form; a blob likewise, in that type's binary form.
struct Parameters {
    private var bytes: [UInt8] = []
    /// Where the value begins; nil for NULL.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private(set) var types: [Oid] = []

    private static let int8: Oid = 20
    private static let float8: Oid = 701

    init(_ values: [SQLValue]) throws(SQLError) {
        for value in values { try append(value) }
    }

    private mutating func append(_ value: SQLValue) throws(SQLError) {
        switch value {
        case .null:
            add(nil, format: 0, type: 0)
        case .integer(let number):
            add(bytes.count, format: 1, type: Self.int8)
            bytes.append(bigEndian: UInt64(bitPattern: number))
        case .real(let number):
            add(bytes.count, format: 1, type: Self.float8)
            bytes.append(bigEndian: number.bitPattern)
        case .text(let text):
            guard !text.utf8.contains(0) else {
                throw SQLError(
                    kind: .misuse, code: 0, state: "22021",
                    message: "a text holds U+0000, which PostgreSQL cannot store")
            }
            add(bytes.count, format: 0, type: 0)
            bytes.append(contentsOf: text.utf8)
            bytes.append(0)
        case .blob(let blob):
            add(bytes.count, format: 1, type: 0)
            bytes.append(contentsOf: blob)
            // So that an empty one has an address, too.
            lengths[lengths.count - 1] = Int32(blob.count)
            bytes.append(0)
            return
        }
        if let start = starts[starts.count - 1] {
            lengths[lengths.count - 1] = Int32(bytes.count - start)
        }
    }

    private mutating func add(_ start: Int?, format: Int32, type: Oid) {
        starts.append(start)
        formats.append(format)
        types.append(type)
        lengths.append(0)
    }

    /// What the four arrays of `PQsendQueryParams` hold.
    struct Pointers {
        let count: Int32
        let types: UnsafePointer<Oid>?
        let values: UnsafePointer<UnsafePointer<CChar>?>?
        let lengths: UnsafePointer<Int32>?
        let formats: UnsafePointer<Int32>?
    }

    func withPointers<Output>(_ body: (Pointers) -> Output) -> Output {
        bytes.withUnsafeBytes { buffer in
            let values = starts.map { start in
                start.flatMap { offset in
                    buffer.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) }
                }
            }
            return values.withUnsafeBufferPointer { values in
                withArrays { types, lengths, formats in
                    body(
                        Pointers(
                            count: Int32(starts.count), types: types, values: values.baseAddress,
                            lengths: lengths, formats: formats))
                }
            }
        }
    }

    private func withArrays<Output>(
        _ body: (UnsafePointer<Oid>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Output
    ) -> Output {
        types.withUnsafeBufferPointer { types in
            lengths.withUnsafeBufferPointer { lengths in
                formats.withUnsafeBufferPointer { formats in
                    body(types.baseAddress, lengths.baseAddress, formats.baseAddress)
                }
            }
        }
    }
}

extension [UInt8] {
    /// Eight bytes in the order of the network.
    package mutating func append(bigEndian value: UInt64) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Four bytes in the order of the network.
    package mutating func append(bigEndian value: UInt32) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Two bytes in the order of the network.
    package mutating func append(bigEndian value: UInt16) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
