import Values

/// "Has a trait of this name and of the operand's type, whose value compares so."
package struct TraitFilter: Sendable, Equatable {
    package let name: String
    package let comparison: Comparison
    /// Never `.null`: nothing compares with what has no value.
    package let operand: TraitValue

    package init(_ name: String, _ comparison: Comparison, _ operand: TraitValue) {
        self.name = name
        self.comparison = comparison
        self.operand = operand
    }

    package func matches(_ event: Event) -> Bool {
        event.traits.contains { $0.name.isExactly(name) && comparison.holds($0.value, operand) }
    }
}

package enum Comparison: String, Sendable, CaseIterable {
    case less = "lt"
    case lessOrEqual = "le"
    case equal = "eq"
    case notEqual = "ne"
    case greaterOrEqual = "ge"
    case greater = "gt"

    /// False for values of different types and for null, whatever the comparison.
    func holds(_ value: TraitValue, _ operand: TraitValue) -> Bool {
        switch (value, operand) {
        case (.text(let value), .text(let operand)): holds(ExactText(value), ExactText(operand))
        case (.integer(let value), .integer(let operand)): holds(value, operand)
        case (.float(let value), .float(let operand)): holds(value, operand)
        case (.datetime(let value), .datetime(let operand)): holds(value, operand)
        default: false
        }
    }

    private func holds<Value: Comparable>(_ value: Value, _ operand: Value) -> Bool {
        switch self {
        case .less: value < operand
        case .lessOrEqual: value <= operand
        case .equal: value == operand
        case .notEqual: value != operand
        case .greaterOrEqual: value >= operand
        case .greater: value > operand
        }
    }
}
