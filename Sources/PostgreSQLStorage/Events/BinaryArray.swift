import PostgreSQL

/// Arrays in PostgreSQL's binary form, for values of kind `.blob`: one dimension, no NULLs but in
/// `optionalTexts`.
///
/// The form: number of dimensions, 1 where there are NULLs, type of the elements, number of elements,
/// index of the first; then each element as its length (-1 for NULL) and its own binary form.
///
/// - Source: PostgreSQL 15, `array_send` in src/backend/utils/adt/arrayfuncs.c.
enum BinaryArray {
    static func texts(_ texts: [String]) -> [UInt8] {
        build(of: 25, count: texts.count, sizeHint: 40) { bytes, index in
            bytes.append(field: texts[index].utf8)
        }
    }

    static func optionalTexts(_ texts: [String?]) -> [UInt8] {
        build(of: 25, count: texts.count, sizeHint: 8, hasNull: true) { bytes, index in
            if let text = texts[index] {
                bytes.append(field: text.utf8)
            } else {
                bytes.append(bigEndian: UInt32.max)
            }
        }
    }

    static func integers(_ numbers: [Int64]) -> [UInt8] {
        build(of: 20, count: numbers.count, sizeHint: 12) { bytes, index in
            bytes.append(bigEndian: 8 as UInt32)
            bytes.append(bigEndian: UInt64(bitPattern: numbers[index]))
        }
    }

    static func halves(_ numbers: [Int32]) -> [UInt8] {
        build(of: 23, count: numbers.count, sizeHint: 8) { bytes, index in
            bytes.append(bigEndian: 4 as UInt32)
            bytes.append(bigEndian: UInt32(bitPattern: numbers[index]))
        }
    }

    /// - Parameter microseconds: since 1970.
    static func times(_ microseconds: [Int64]) -> [UInt8] {
        build(of: 1184, count: microseconds.count, sizeHint: 12) { bytes, index in
            bytes.append(field: PostgreSQLTime.binary(microseconds: microseconds[index]))
        }
    }

    static func blobs(_ blobs: [[UInt8]]) -> [UInt8] {
        build(of: 17, count: blobs.count, sizeHint: 40) { bytes, index in
            bytes.append(field: blobs[index])
        }
    }

    private static func build(
        of type: UInt32, count: Int, sizeHint: Int, hasNull: Bool = false,
        _ append: (inout [UInt8], Int) -> Void
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20 + count * sizeHint)
        bytes.append(bigEndian: (count == 0 ? 0 : 1) as UInt32)
        bytes.append(bigEndian: (hasNull ? 1 : 0) as UInt32)
        bytes.append(bigEndian: type)
        if count > 0 {
            bytes.append(bigEndian: UInt32(count))
            bytes.append(bigEndian: 1 as UInt32)
        }
        for index in 0..<count { append(&bytes, index) }
        return bytes
    }
}

extension [UInt8] {
    /// A value with its length before it, as rows and arrays hold it.
    mutating func append(field value: some Collection<UInt8>) {
        append(bigEndian: UInt32(value.count))
        append(contentsOf: value)
    }
}
