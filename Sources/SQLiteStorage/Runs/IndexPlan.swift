import EventStore
import SQLStorage

/// What the index can say about a query: every match has, for each term, one of the term's keys.
///
/// It never misses a match and may name too much; `EventQuery.matches` has the last word.
struct IndexPlan: Sendable, Equatable {
    /// All of them hold. None: every event is a candidate.
    let terms: [IndexTerm]

    init(for query: EventQuery) {
        var terms: [IndexTerm] = []
        // Equalities first: they are the likeliest to end the work in a run at once.
        for filter in query.traits where filter.comparison == .equal {
            terms.append([IndexKey.value(filter.name, filter.operand)])
        }
        terms += Self.terms(for: query.visibility)
        if let type = query.eventType { terms.append([IndexKey.eventType(type)]) }
        for filter in query.traits where filter.comparison != .equal {
            terms.append([IndexKey.presence(filter.name, filter.operand.type)])
        }
        if let having = query.having { terms.append([IndexKey.presence(having.name, having.type)]) }
        self.terms = terms
    }

    private static func terms(for visibility: Visibility) -> [IndexTerm] {
        switch visibility {
        case .everything:
            []
        case .projectAndUnowned(let project):
            [[IndexKey.value(Visibility.projectTrait, .text(project)), IndexKey.unowned]]
        case .user(let user, let project):
            [
                [IndexKey.value(Visibility.userTrait, .text(user))],
                [IndexKey.value(Visibility.projectTrait, .text(project))],
            ]
        }
    }
}

/// Keys of which a match has at least one.
typealias IndexTerm = [Int64]
