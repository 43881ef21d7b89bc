import EventStore
import Values

/// PostgreSQL's texts cannot hold U+0000, so no stored text does (the API strips it), and a query that
/// holds it cannot be sent as it stands.
extension EventQuery {
    /// A query that means the same and holds no U+0000; nil where nothing can match.
    var withoutNUL: EventQuery? {
        let exact = [eventType, messageID, having?.name] + visibility.names + traits.map(\.name)
        if exact.contains(where: { $0?.holdsNUL ?? false }) { return nil }
        var query = self
        query.traits = []
        for filter in traits {
            guard let filter = filter.withoutNUL else { return nil }
            query.traits.append(filter)
        }
        if let after, after.messageID.holdsNUL {
            // Behind "a", what begins with U+0000 comes first, and U+0001 next.
            let before = after.messageID.beforeNUL
            query.after = EventPosition(
                generated: after.generated,
                messageID: order.isIDAscending ? before : before + "\u{1}")
        }
        return query
    }
}

extension TraitFilter {
    /// Nil where nothing can match.
    fileprivate var withoutNUL: TraitFilter? {
        guard case .text(let text) = operand, text.holdsNUL else { return self }
        let before = TraitValue.text(text.beforeNUL)
        return switch comparison {
        case .equal: nil
        // Every text is unequal.
        case .notEqual: TraitFilter(name, .greaterOrEqual, .text(""))
        case .less, .lessOrEqual: TraitFilter(name, .lessOrEqual, before)
        case .greater, .greaterOrEqual: TraitFilter(name, .greater, before)
        }
    }
}

extension Visibility {
    fileprivate var names: [String] {
        switch self {
        case .everything: []
        case .projectAndUnowned(let project): [project]
        case .user(let user, let project): [user, project]
        }
    }
}

extension String {
    var holdsNUL: Bool { utf8.contains(0) }

    fileprivate var beforeNUL: String { String(decoding: utf8.prefix { $0 != 0 }, as: UTF8.self) }
}
