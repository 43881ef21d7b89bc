import EventStore
import SQL
import Values

/// What a query says in SQL, but for its time and its order.
///
/// All of `common` hold, and one of `alternatives`, which exclude each other: each is a search of its
/// own, so that each can walk an index in the order of time. Candidates only: `EventQuery.matches`
/// has the last word.
struct SearchConditions {
    var common: SQLStatement = ""
    var alternatives: [SQLStatement] = [""]
    /// Keys of the index on traits that a match has; no part of `common`.
    private(set) var traitKeys: [Int32] = []
    /// Nothing can match.
    var isEmpty = false

    /// More types than these are one condition: so many searches would cost more than they save.
    private static let mostAlternatives = 8

    /// - Parameter typeID: of the query's event type, where it has one.
    init(for query: EventQuery, typeID: Int64?, typesWithTraits: [Int64]?) {
        if let typeID { common += " AND event_type_id = \(typeID)" }
        add(query.visibility)
        for filter in query.traits { add(filter) }
        if let having = query.having {
            common += " AND traits -> \(having.type.name)::text ? \(having.name)::text"
        }
        if let typesWithTraits, typeID == nil { narrow(to: typesWithTraits) }
    }

    /// All trait keys, so that the index on traits is asked.
    var traitsByIndex: SQLStatement {
        if traitKeys.isEmpty { return "" }
        return " AND trait_keys @> \(.blob(BinaryArray.halves(traitKeys)))::integer[]"
    }

    /// The same said so that no index knows it, for a walk in the order of time. It is also the
    /// cheaper comparison where each row is looked at: a fifth of the whole walk.
    var traitsByRow: SQLStatement {
        traitKeys.reduce("") { $0 + " AND \(Self.has($1))" }
    }

    /// One of `alternatives` as a single condition.
    var anyAlternative: SQLStatement {
        guard alternatives.count > 1, let first = alternatives.first else { return alternatives[0] }
        let rest = alternatives.dropFirst().reduce("(true\(first)" as SQLStatement) {
            $0 + " OR true\($1)"
        }
        return " AND " + rest + ")"
    }

    /// Holds for events with a key of the index on traits, and asks no index.
    static func has(_ key: Int32) -> SQLStatement {
        "\(Int64(key))::integer = ANY(trait_keys)"
    }

    private mutating func narrow(to types: [Int64]) {
        if types.isEmpty { isEmpty = true }
        let product = types.count * alternatives.count
        if product <= Self.mostAlternatives, traitKeys.isEmpty {
            alternatives = alternatives.flatMap { alternative in
                types.map { alternative + " AND event_type_id = \($0)" }
            }
        } else {
            common +=
                " AND event_type_id = ANY(\(.blob(BinaryArray.integers(types)))::bigint[])"
        }
    }

    private mutating func add(_ visibility: Visibility) {
        switch visibility {
        case .everything: break
        case .projectAndUnowned(let project):
            let keys = [
                TraitKey.value(Visibility.projectTrait, .text(project)), TraitKey.unowned,
            ]
            alternatives = Set(keys).sorted().map { " AND project_key = \(Int64($0))::integer" }
        case .user(let user, let project):
            let key = TraitKey.value(Visibility.projectTrait, .text(project))
            common += " AND project_key = \(Int64(key))::integer"
            traitKeys.append(TraitKey.value(Visibility.userTrait, .text(user)))
        }
    }

    private mutating func add(_ filter: TraitFilter) {
        guard filter.comparison == .equal else {
            common += Self.comparison(filter)
            return
        }
        let key = TraitKey.value(filter.name, filter.operand)
        if filter.name.isExactly(Visibility.projectTrait), filter.operand.type == .text {
            common += " AND project_key = \(Int64(key))::integer"
        } else {
            traitKeys.append(key)
        }
    }

    /// The server compares as we do: NULL, and a trait that is not there, compare with nothing.
    private static func comparison(_ filter: TraitFilter) -> SQLStatement {
        let sign = SQLStatement(stringLiteral: sign(of: filter.comparison))
        let type = SQLStatement(stringLiteral: "'\(filter.operand.type.name)'")
        let value: SQLStatement = "(traits -> \(type) ->> \(filter.name)::text)"
        return switch filter.operand {
        case .text(let text): " AND \(value) COLLATE \"C\" \(sign) \(text)::text"
        case .integer(let number): " AND \(value)::bigint \(sign) \(number)"
        case .float(let number): " AND \(value)::float8 \(sign) \(.real(number))"
        case .datetime(let time):
            " AND \(value) COLLATE \"C\" \(sign) \(time.description)::text"
        case .null: " AND false"
        }
    }

    private static func sign(of comparison: Comparison) -> String {
        switch comparison {
        case .less: "<"
        case .lessOrEqual: "<="
        case .equal: "="
        case .notEqual: "<>"
        case .greaterOrEqual: ">="
        case .greater: ">"
        }
    }
}
