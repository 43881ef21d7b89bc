internal import EventStore

extension EventOrder {
    /// `sort=generated:desc&sort=message_id`: a key said twice counts once, and the id decides in
    /// the end, in the direction of the time unless said otherwise.
    init(sort: [String]) throws(APIError) {
        var time: Bool?
        var id: Bool?
        for text in sort {
            let (key, isAscending) = try Self.parse(text)
            // After the id, which is unique, nothing else has a say.
            if key == "message_id" { id = id ?? isAscending }
            if key == "generated", id == nil { time = time ?? isAscending }
        }
        guard time != nil || id == nil else {
            self = id == false ? .idDescending : .idAscending
            return
        }
        switch (time ?? true, id ?? time ?? true) {
        case (true, true): self = .oldestFirst
        case (true, false): self = .oldestFirstIDDescending
        case (false, true): self = .newestFirstIDAscending
        case (false, false): self = .newestFirst
        }
    }

    private static func parse(_ text: String) throws(APIError) -> (key: String, isAscending: Bool) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let form =
            "the sort parameter should be a pair of sort key and sort dir combined with ':', "
            + "or only sort key specified and sort dir will be default 'asc', "
        let key = String(parts.first ?? "")
        guard key == "message_id" || key == "generated" else {
            throw .invalid(
                "sort", value: text,
                form + "the supported sort keys are: ('message_id', 'generated')")
        }
        switch parts.count == 2 ? parts[1] : "asc" {
        case "asc", "": return (key, true)
        case "desc": return (key, false)
        default:
            throw .invalid(
                "sort direction", value: text,
                form + "the supported sort directions are: ('asc', 'desc')")
        }
    }
}
