/// One row of an answer: its columns by their place, counted from 0.
///
/// The accessors give zero or nothing where the column is NULL or of another kind, as SQLite does.
package struct SQLRow: Sendable, Equatable {
    package let values: [SQLValue]

    package init(_ values: [SQLValue]) {
        self.values = values
    }

    package func isNull(_ place: Int) -> Bool { values[place] == .null }

    package func integer(_ place: Int) -> Int64 {
        if case .integer(let number) = values[place] { number } else { 0 }
    }

    package func real(_ place: Int) -> Double {
        switch values[place] {
        case .real(let number): number
        case .integer(let number): Double(number)
        default: 0
        }
    }

    package func text(_ place: Int) -> String {
        switch values[place] {
        case .text(let text): text
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
        default: ""
        }
    }

    package func blob(_ place: Int) -> [UInt8] {
        switch values[place] {
        case .blob(let bytes): bytes
        case .text(let text): Array(text.utf8)
        default: []
        }
    }
}
