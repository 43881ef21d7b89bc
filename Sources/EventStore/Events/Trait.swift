package import Values

/// A named, typed value of an event.
package struct Trait: Sendable, Equatable {
    package let name: String
    package let value: TraitValue

    package init(_ name: String, _ value: TraitValue) {
        self.name = name
        self.value = value
    }

    /// The trait is there and has no value.
    package var isNull: Bool {
        if case .null = value { return true }
        return false
    }

    /// By name, byte for byte, then in the order of the types.
    func precedes(_ other: Trait) -> Bool {
        if name.isExactly(other.name) { return value.type < other.value.type }
        return name.precedesExactly(other.name)
    }

    func isSameSlot(as other: Trait) -> Bool {
        value.type == other.value.type && name.isExactly(other.name)
    }

    package static func == (left: Trait, right: Trait) -> Bool {
        left.name.isExactly(right.name) && left.value == right.value
    }
}

/// The types a trait can have. The order is the one in which Panko groups them; the raw values are
/// Ceilometer's codes. Code 0 ("none") is stored as text, as Panko does.
package enum TraitType: Int, Sendable, Hashable, CaseIterable, Comparable {
    case text = 1
    case integer = 2
    case float = 3
    case datetime = 4

    /// The word on the wire.
    package var name: String {
        switch self {
        case .text: "string"
        case .integer: "integer"
        case .float: "float"
        case .datetime: "datetime"
        }
    }

    package init?(name: String) {
        guard let type = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = type
    }

    package static func < (left: TraitType, right: TraitType) -> Bool {
        left.rawValue < right.rawValue
    }
}

package enum TraitValue: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    /// Never NaN and never infinite.
    case float(Double)
    case datetime(Timestamp)
    /// The trait is there and has no value.
    case null(TraitType)

    package var type: TraitType {
        switch self {
        case .text: .text
        case .integer: .integer
        case .float: .float
        case .datetime: .datetime
        case .null(let type): type
        }
    }

    var byteCount: Int {
        if case .text(let text) = self { text.utf8.count } else { 8 }
    }

    /// Equality of what is stored: texts byte for byte, floats by value.
    package static func == (left: TraitValue, right: TraitValue) -> Bool {
        switch (left, right) {
        case (.text(let left), .text(let right)): left.isExactly(right)
        case (.integer(let left), .integer(let right)): left == right
        case (.float(let left), .float(let right)): left == right
        case (.datetime(let left), .datetime(let right)): left == right
        case (.null(let left), .null(let right)): left == right
        default: false
        }
    }
}
