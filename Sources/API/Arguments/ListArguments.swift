internal import HTTP

/// The arguments of `GET /v2/events` as they were sent; nil where one was not.
struct ListArguments: Sendable {
    var filters: [FilterItem]?
    var limit: LimitArgument?
    var sort: [String]?
    var marker: MarkerArgument?

    /// From the query string, the JSON body, or some from here and some from there.
    init(_ request: Request) throws(APIError) {
        try self.init(QueryString(request.query))
        guard let fromBody = try ListArgumentsBody.read(request) else { return }
        try merge("q", &filters, fromBody.filters)
        try merge("limit", &limit, fromBody.limit)
        try merge("sort", &sort, fromBody.sort)
        try merge("marker", &marker, fromBody.marker)
    }

    init() {}

    private func merge<Value>(
        _ name: String, _ mine: inout Value?, _ other: Value?
    ) throws(APIError) {
        guard let other else { return }
        if mine != nil { throw .badRequest("Parameter \(name) was given several times") }
        mine = other
    }

    private init(_ query: QueryString) throws(APIError) {
        filters = try FilterParameters.items(of: query)
        let limits = query.values(of: "limit")
        if limits.count > 1 {
            throw .invalid(
                "limit", value: PythonText.list(limits),
                "unable to convert to int. Error: int() argument must be a string, "
                    + "a bytes-like object or a number, not 'list'")
        }
        limit = try limits.first.map { (text) throws(APIError) in try LimitArgument(text) }
        let sort = query.values(of: "sort")
        self.sort = sort.isEmpty ? nil : sort
        let markers = query.values(of: "marker")
        if markers.count > 1 {
            throw .invalid("marker", value: PythonText.list(markers), "Expected one marker.")
        }
        marker = markers.first.map(MarkerArgument.init)
        let unknown = query.parameters.map(\.name).filter {
            !["limit", "sort", "marker"].contains($0) && !FilterParameters.isKnown($0, in: query)
        }
        if !unknown.isEmpty { throw .unknown(unknown) }
    }
}

/// One condition, as it was sent.
struct FilterItem: Sendable, Equatable {
    var field: String?
    var comparison: String?
    var type: String?
    /// Nil where none was sent, or null.
    var value: String?
}

/// The event behind which the page begins; an empty text means none.
struct MarkerArgument: Sendable {
    let messageID: String?

    init(_ text: String) {
        messageID = text.isEmpty ? nil : text
    }
}

/// How many events; nil and 0 mean the default.
struct LimitArgument: Sendable, Equatable {
    /// `Int.max` where the number is beyond every limit.
    let count: Int?

    init(count: Int?) {
        self.count = count
    }

    init(_ text: String) throws(APIError) {
        guard let number = PythonNumber(integer: text) else {
            throw .invalid(
                "limit", value: text,
                "unable to convert to int. Error: invalid literal for int() with base 10: "
                    + PythonText.quoted(text))
        }
        try self.init(number, shown: text)
    }

    init(_ number: PythonNumber, shown text: String) throws(APIError) {
        let refusal = "the limit should be a positive integer."
        switch number {
        case .integer(let value) where value < 0:
            throw .invalid("limit", value: String(value), refusal)
        case .integerBeyond(isNegative: true): throw .invalid("limit", value: text, refusal)
        case .integer(let value): count = Int(value)
        case .integerBeyond: count = .max
        }
    }
}
