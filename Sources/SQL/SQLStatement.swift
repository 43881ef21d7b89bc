/// SQL text and the values bound to it.
///
/// Written as a literal: `"SELECT raw FROM event WHERE message_id = \(id)"`. What stands between the
/// quotes comes from the source code; what is interpolated is bound, so no value ever becomes text.
/// Conditions are added with `+=`.
package struct SQLStatement: Sendable, Equatable, ExpressibleByStringInterpolation {
    private var pieces: [Piece]

    fileprivate enum Piece: Sendable, Equatable {
        case text(String)
        case value(SQLValue)
    }

    package init(stringLiteral text: String) {
        pieces = [.text(text)]
    }

    package init(stringInterpolation: StringInterpolation) {
        pieces = stringInterpolation.pieces
    }

    /// The values, in the order of their places.
    package var values: [SQLValue] {
        pieces.compactMap { if case .value(let value) = $0 { value } else { nil } }
    }

    /// - Parameter placeholder: how the engine writes the place of the n-th value, counted from 1:
    ///   `$1` on PostgreSQL, `?` on MySQL.
    package func text(placeholder: (Int) -> String) -> String {
        var count = 0
        return pieces.reduce(into: "") { text, piece in
            switch piece {
            case .text(let literal): text += literal
            case .value:
                count += 1
                text += placeholder(count)
            }
        }
    }

    package static func += (left: inout SQLStatement, right: SQLStatement) {
        left.pieces += right.pieces
    }

    package static func + (left: SQLStatement, right: SQLStatement) -> SQLStatement {
        var sum = left
        sum += right
        return sum
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ text: String) {
            if !text.isEmpty { pieces.append(.text(text)) }
        }

        package mutating func appendInterpolation(_ value: SQLValue) {
            pieces.append(.value(value))
        }

        package mutating func appendInterpolation(_ value: Int64) {
            pieces.append(.value(.integer(value)))
        }

        package mutating func appendInterpolation(_ value: Int) {
            pieces.append(.value(.integer(Int64(value))))
        }

        package mutating func appendInterpolation(_ value: String) {
            pieces.append(.value(.text(value)))
        }

        /// Another statement, with its own values.
        package mutating func appendInterpolation(_ statement: SQLStatement) {
            pieces += statement.pieces
        }
    }
}
