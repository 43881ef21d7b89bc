import EventStore
import SQL
import SQLStorage
import Values

/// What the posting lists can say about a query: every match has, for each term, one of its keys.
///
/// They never miss a match and may name too much; `EventQuery.matches` has the last word.
struct KeyTerms: Sendable {
    /// All of them hold. None: every event is a candidate.
    private(set) var terms: [[Int64]]
    /// Traits that a match must have, whatever their values: keys of their names.
    private let presences: [Int64]
    private let eventType: String?

    init(for query: EventQuery) {
        var terms: [[Int64]] = []
        for filter in query.traits where filter.comparison == .equal {
            terms.append([IndexKey.value(filter.name, filter.operand)])
        }
        switch query.visibility {
        case .everything:
            break
        case .projectAndUnowned(let project):
            terms.append([
                IndexKey.value(Visibility.projectTrait, .text(project)), IndexKey.unowned,
            ])
        case .user(let user, let project):
            terms.append([IndexKey.value(Visibility.userTrait, .text(user))])
            terms.append([IndexKey.value(Visibility.projectTrait, .text(project))])
        }
        if let type = query.eventType { terms.append([IndexKey.eventType(type)]) }
        var presences: [Int64] = []
        for filter in query.traits where filter.comparison != .equal {
            presences.append(IndexKey.presence(filter.name, filter.operand.type))
        }
        if let having = query.having {
            presences.append(IndexKey.presence(having.name, having.type))
        }
        self.terms = terms
        self.presences = presences
        eventType = query.eventType
    }

    /// A trait in more shapes than this is so common that its shapes say little.
    private static let mostShapes = 32

    /// Adds the shapes that have the wanted traits.
    ///
    /// - Returns: false where no event ever had one of them: nothing can match.
    mutating func resolve(with rows: EventRows) async throws(SQLError) -> Bool {
        for presence in presences {
            let shapes = try await rows.shapes(
                having: presence, of: eventType, atMost: Self.mostShapes + 1)
            if shapes.isEmpty { return false }
            if shapes.count <= Self.mostShapes { terms.append(shapes) }
        }
        return true
    }
}

/// The times a page can hold: what the query says, and where the last page ended. Microseconds.
struct TimeRange: Sendable, Hashable {
    var lower: Int64
    var upper: Int64

    /// Nil where no time is in it.
    init?(for query: EventQuery) {
        lower = query.start?.microseconds ?? Timestamp.earliest.microseconds
        upper = query.end?.microseconds ?? Timestamp.latest.microseconds
        if let after = query.after, query.order.sortsByTime {
            if query.order.isTimeAscending {
                lower = max(lower, after.generated.microseconds)
            } else {
                upper = min(upper, after.generated.microseconds)
            }
        }
        if isEmpty { return nil }
    }

    var isEmpty: Bool { lower > upper }

    func contains(_ place: EventPlace) -> Bool {
        lower <= place.generated && place.generated <= upper
    }
}
