/// Something the service says of itself, for people and machines alike. Facts keep their order.
package struct Fact: Sendable, Equatable {
    package let name: String
    package let value: FactValue

    package init(_ name: String, _ value: FactValue) {
        self.name = name
        self.value = value
    }
}

package indirect enum FactValue: Sendable, Equatable {
    case text(String)
    case integer(Int)
    /// Not finite becomes `null` on the wire.
    case number(Double)
    case flag(Bool)
    case missing
    case list([FactValue])
    case group([Fact])
}

extension FactValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
}
