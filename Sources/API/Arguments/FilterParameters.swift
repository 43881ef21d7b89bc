/// Conditions in a query string: `q.field=a&q.value=1&q.field=b&q.value=2`, where the first field
/// goes with the first value, or `q[0].field=a&q[0].value=1`.
enum FilterParameters {
    private static let attributes = ["field", "op", "type", "value"]

    /// Nil where there is none.
    static func items(of query: QueryString) throws(APIError) -> [FilterItem]? {
        if let text = query.values(of: "q").first {
            throw .invalid(
                "q", value: text,
                "A condition is written as q.field=, q.op=, q.type= and q.value=.")
        }
        return hasLists(query) ? lists(of: query) : indexed(of: query)
    }

    /// True where a parameter of that name is part of a condition.
    static func isKnown(_ name: String, in query: QueryString) -> Bool {
        if hasLists(query) { return attributes.contains { name == "q.\($0)" } }
        guard let place = Place(name) else { return false }
        return attributes.contains(place.attribute)
    }

    private static func hasLists(_ query: QueryString) -> Bool {
        query.parameters.contains { $0.name.hasPrefix("q.") }
    }

    private static func lists(of query: QueryString) -> [FilterItem] {
        let fields = query.values(of: "q.field")
        let comparisons = query.values(of: "q.op")
        let types = query.values(of: "q.type")
        let values = query.values(of: "q.value")
        let count = max(fields.count, comparisons.count, types.count, values.count)
        return (0..<count).map { index in
            FilterItem(
                field: fields.element(index), comparison: comparisons.element(index),
                type: types.element(index), value: values.element(index))
        }
    }

    private static func indexed(of query: QueryString) -> [FilterItem]? {
        var items: [Int: FilterItem] = [:]
        for parameter in query.parameters {
            guard let place = Place(parameter.name) else { continue }
            var item = items[place.index] ?? FilterItem()
            switch place.attribute {
            case "field": item.field = parameter.value
            case "op": item.comparison = parameter.value
            case "type": item.type = parameter.value
            case "value": item.value = parameter.value
            default: continue
            }
            items[place.index] = item
        }
        if items.isEmpty { return nil }
        return items.sorted { $0.key < $1.key }.map(\.value)
    }

    /// `q[7].field`
    private struct Place {
        let index: Int
        let attribute: String

        init?(_ name: String) {
            guard name.hasPrefix("q["), let end = name.firstIndex(of: "]"),
                let index = Int(name[name.index(name.startIndex, offsetBy: 2)..<end]), index >= 0,
                name[end...].hasPrefix("].")
            else { return nil }
            self.index = index
            attribute = String(name[end...].dropFirst(2))
        }
    }
}

extension Array {
    fileprivate func element(_ index: Int) -> Element? {
        indices.contains(index) ? self[index] : nil
    }
}
