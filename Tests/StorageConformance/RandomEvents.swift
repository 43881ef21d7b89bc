package import EventStore
import TestSupport
import Values

/// Random events and queries over so few values that they meet; the same seed gives the same ones.
package struct RandomEvents {
    private var generator: SeededGenerator

    package init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    package mutating func number(below bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &generator)
    }

    package mutating func event(_ id: Int) -> Event {
        Event.sample(
            "id-\(id * 7919 % 100_003)", type: "type-\(number(below: 4))",
            second: number(below: 40) - (number(below: 20) == 0 ? 100 : 0),
            project: number(below: 4) == 0 ? nil : "p\(number(below: 3))",
            user: number(below: 3) == 0 ? nil : "u\(number(below: 2))", traits: traits(),
            raw: number(below: 5) == 0 ? .null : .emptyObject)
    }

    package mutating func query() -> EventQuery {
        EventQuery(
            eventType: number(below: 3) == 0 ? "type-\(number(below: 5))" : nil,
            messageID: number(below: 30) == 0 ? "id-\(number(below: 200) * 7919 % 100_003)" : nil,
            start: number(below: 4) == 0 ? .sample(number(below: 45)) : nil,
            end: number(below: 4) == 0 ? .sample(number(below: 45)) : nil,
            traits: (0..<max(0, number(below: 5) - 2)).map { _ in filter() },
            having: number(below: 6) == 0
                ? TraitDescription(name: name(), type: type()) : nil,
            order: pick(EventOrder.allCases), limit: [1, 3, 10, 50, 500][number(below: 5)],
            visibility: visibility())
    }

    private mutating func visibility() -> Visibility {
        switch number(below: 4) {
        case 0: .projectAndUnowned("p\(number(below: 4))")
        case 1: .user("u\(number(below: 3))", project: "p\(number(below: 3))")
        default: .everything
        }
    }

    private mutating func traits() -> [Trait] {
        (0..<number(below: 6)).map { _ in
            Trait(name(), number(below: 8) == 0 ? .null(type()) : value())
        }
    }

    private mutating func filter() -> TraitFilter {
        TraitFilter(name(), number(below: 2) == 0 ? .equal : pick(Comparison.allCases), value())
    }

    private mutating func name() -> String { pick(["a", "b", "c", "é", "e\u{301}"]) }
    private mutating func type() -> TraitType { pick(TraitType.allCases) }

    private mutating func value() -> TraitValue {
        switch type() {
        case .text: .text(pick(["", "x", "y", "é", "e\u{301}", "😀"]))
        case .integer: .integer(pick([-1, 0, 1, 2, .max, .min]))
        case .float: .float(pick([-0.5, -0.0, 0, 0.5, 1e22]))
        case .datetime: .datetime(.sample(number(below: 3)))
        }
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[number(below: elements.count)]
    }
}
