internal import HTTP
internal import JSON

/// `GET /v2/capabilities`: what Panko says of its SQL drivers, which holds here too.
struct Capabilities: Sendable {
    func respond(to routed: RoutedRequest) throws(APIError) -> Response {
        let reader = try routed.request.requireJSONReader()
        try ListArgumentsBody.requireNone(routed.request)
        try reader.requireJSON()
        var writer = JSONWriter()
        writer.literal(
            """
            {"api": {"events:query:simple": true}, \
            "event_storage": {"storage:production_ready": true}}
            """)
        return Response(json: writer.bytes)
    }
}
