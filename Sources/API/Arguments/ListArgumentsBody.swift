internal import HTTP
internal import JSON
internal import Values

/// The arguments of a GET in its body, as fog-openstack, ManageIQ and tempest send them.
enum ListArgumentsBody {
    private static let jsonTypes = [
        "application/json", "text/javascript", "application/javascript",
    ]

    /// Nil where there is no body, or a form, whose content Panko ignores.
    static func read(_ request: Request) throws(APIError) -> ListArguments? {
        try readObject(request) { (document, object) throws(APIError) in
            try arguments(of: object, in: document)
        }
    }

    /// For resources that take no argument: refuses any.
    static func requireNone(_ request: Request) throws(APIError) {
        let names = try QueryString(request.query).parameters.map(\.name)
        if !names.isEmpty { throw .unknown(names) }
        _ = try readObject(request) { (document, object) throws(APIError) in
            let names = document.distinctMembers(of: object).map { document.text(of: $0.name) }
            if !names.isEmpty { throw .unknown(names) }
        }
    }

    private static func readObject<Output>(
        _ request: Request,
        _ body: (JSONDocument, JSONNode) throws(APIError) -> Output
    ) throws(APIError) -> Output? {
        if request.body.isEmpty { return nil }
        let type = MediaType(request.headers["Content-Type"])
        if type.name == "application/x-www-form-urlencoded" { return nil }
        guard jsonTypes.contains(type.name) else {
            throw .unsupportedMediaType("Unknown mimetype: \(type.name)")
        }
        let result: Result<Output, APIError>
        do throws(JSONError) {
            result = try JSONDocument.read(request.body) { document throws(JSONError) in
                let value = try document.value()
                do throws(APIError) {
                    guard document.kind(of: value) == .object else {
                        throw .badRequest("Request must be a JSON dict")
                    }
                    return .success(try body(document, value))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw .badRequest("Request is not in valid JSON format")
        }
        return try result.get()
    }

    private static func arguments(
        of object: JSONNode, in document: JSONDocument
    ) throws(APIError) -> ListArguments {
        var arguments = ListArguments()
        var unknown: [String] = []
        for (name, value) in document.distinctMembers(of: object) {
            switch document.text(of: name) {
            case "q": arguments.filters = try filters(value, in: document)
            case "limit": arguments.limit = try limit(value, in: document)
            case "sort": arguments.sort = try sort(value, in: document)
            case "marker":
                let text = try text(value, of: "marker", in: document)
                arguments.marker = MarkerArgument(text ?? "")
            case let name: unknown.append(name)
            }
        }
        if !unknown.isEmpty { throw .unknown(unknown) }
        return arguments
    }

    private static func limit(
        _ node: JSONNode, in document: JSONDocument
    ) throws(APIError) -> LimitArgument {
        switch document.kind(of: node) {
        case .null: return LimitArgument(count: nil)
        case .boolean: return LimitArgument(count: document.boolean(of: node) ? 1 : 0)
        case .integer, .bigInteger, .string: break
        case .float:
            // Python's int() cuts; a limit beyond every number of events is as good as any other.
            let number = document.double(of: node).rounded(.towardZero)
            let bounded = Int64(max(-1, min(number, 1e15)))
            return try LimitArgument(.integer(bounded), shown: document.literal(of: node))
        case .nonFinite, .array, .object:
            throw .invalid("limit", value: shown(node, in: document), "Expected an integer.")
        }
        let isText = document.kind(of: node) == .string
        let text = isText ? document.text(of: node) : document.literal(of: node)
        guard let number = PythonNumber(integer: text) else {
            throw .invalid(
                "limit", value: text,
                "invalid literal for int() with base 10: \(PythonText.quoted(text))")
        }
        return try LimitArgument(number, shown: text)
    }

    private static func sort(
        _ node: JSONNode, in document: JSONDocument
    ) throws(APIError) -> [String]? {
        try list(node, of: "sort", in: document)?.map { (element) throws(APIError) in
            try text(element, of: "sort", in: document) ?? ""
        }
    }

    private static func filters(
        _ node: JSONNode, in document: JSONDocument
    ) throws(APIError) -> [FilterItem]? {
        try list(node, of: "q", in: document)?.map { (element) throws(APIError) in
            guard document.kind(of: element) == .object else {
                throw .invalid(
                    "q", value: shown(element, in: document),
                    "Expected an object with field, op, type and value.")
            }
            return try filter(element, in: document)
        }
    }

    private static func filter(
        _ object: JSONNode, in document: JSONDocument
    ) throws(APIError) -> FilterItem {
        var item = FilterItem()
        var unknown: [String] = []
        var hasValue = false
        for (name, value) in document.distinctMembers(of: object) {
            switch document.text(of: name) {
            case "field": item.field = try text(value, of: "field", in: document)
            case "op": item.comparison = try text(value, of: "op", in: document)
            case "type": item.type = try text(value, of: "type", in: document)
            case "value":
                hasValue = true
                item.value = try text(value, of: "value", in: document)
            case let name: unknown.append(name)
            }
        }
        if !unknown.isEmpty {
            let word = unknown.count == 1 ? "attribute" : "attributes"
            throw .badRequest(
                "Unknown \(word) for argument q: \(unknown.joined(separator: ", "))")
        }
        if !hasValue { throw .invalid("value", value: "None", "Mandatory field missing.") }
        return item
    }

    /// Nil for null.
    private static func list(
        _ node: JSONNode, of name: String, in document: JSONDocument
    ) throws(APIError) -> [JSONNode]? {
        switch document.kind(of: node) {
        case .null: return nil
        case .array: return Array(document.elements(of: node))
        default:
            let value = shown(node, in: document)
            throw .invalid(name, value: value, "Value not a valid list: \(value)")
        }
    }

    /// Nil for null.
    private static func text(
        _ node: JSONNode, of name: String, in document: JSONDocument
    ) throws(APIError) -> String? {
        let found: String
        switch document.kind(of: node) {
        case .null: return nil
        case .string: return document.text(of: node)
        case .boolean: found = "bool"
        case .integer, .bigInteger: found = "int"
        case .float, .nonFinite: found = "float"
        case .array: found = "list"
        case .object: found = "dict"
        }
        throw .invalid(
            name, value: shown(node, in: document),
            "Wrong type. Expected '<class 'str'>', got '<class '\(found)'>'")
    }

    private static func shown(_ node: JSONNode, in document: JSONDocument) -> String {
        document.kind(of: node) == .string
            ? document.text(of: node) : document.canonicalText(of: node).text.text
    }
}

/// The name of a media type, lower case, without its parameters.
struct MediaType: Sendable, Equatable {
    let name: String

    init(_ header: String?) {
        let first = (header ?? "").split(separator: ";", omittingEmptySubsequences: false).first
        name = (first ?? "").filter { $0 != " " && $0 != "\t" }.lowercased()
    }
}
