internal import EventStore
internal import Values

/// A comparison with a value as the store knows it.
///
/// What lies beyond the store's numbers becomes a comparison that means the same, because
/// `TraitFilter` holds only numbers that can be stored.
enum TraitCondition: Sendable, Equatable {
    case filter(Comparison, TraitValue)
    case never

    /// Nil where the text is no value of that type.
    init?(_ comparison: Comparison, _ text: String, as type: TraitType) {
        switch type {
        case .text:
            self = .filter(comparison, .text(text))
        case .integer:
            guard let number = PythonNumber(integer: text) else { return nil }
            self = Self.integer(comparison, number)
        case .float:
            guard let number = PythonNumber.double(text) else { return nil }
            self = Self.float(comparison, number)
        case .datetime:
            guard let time = Timestamp(text) else { return nil }
            self = .filter(comparison, .datetime(time))
        }
    }

    private static func integer(_ comparison: Comparison, _ number: PythonNumber) -> Self {
        switch number {
        case .integer(let value): .filter(comparison, .integer(value))
        case .integerBeyond(isNegative: false):
            isBelow(comparison) ? .filter(.lessOrEqual, .integer(.max)) : .never
        case .integerBeyond(isNegative: true):
            isAbove(comparison) ? .filter(.greaterOrEqual, .integer(.min)) : .never
        }
    }

    private static func float(_ comparison: Comparison, _ number: Double) -> Self {
        let largest = Double.greatestFiniteMagnitude
        if number.isNaN {
            return comparison == .notEqual ? .filter(.lessOrEqual, .float(largest)) : .never
        }
        guard number.isInfinite else { return .filter(comparison, .float(number)) }
        if number > 0 {
            return isBelow(comparison) ? .filter(.lessOrEqual, .float(largest)) : .never
        }
        return isAbove(comparison) ? .filter(.greaterOrEqual, .float(-largest)) : .never
    }

    /// Every stored number stands so to one that is larger than all of them.
    private static func isBelow(_ comparison: Comparison) -> Bool {
        comparison == .less || comparison == .lessOrEqual || comparison == .notEqual
    }

    private static func isAbove(_ comparison: Comparison) -> Bool {
        comparison == .greater || comparison == .greaterOrEqual || comparison == .notEqual
    }
}
