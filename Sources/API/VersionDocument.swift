internal import HTTP
internal import JSON

/// `/`: which versions there are. Any query; nobody has to say who he is.
struct VersionDocument: Sendable {
    /// Panko answers them all alike.
    static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"]

    let trustsProxyHeaders: Bool

    func respond(to routed: RoutedRequest) throws(APIError) -> Response {
        let reader = try routed.request.requireJSONReader()
        try reader.requireJSON()
        let base = PublicAddress(routed.request, trustsProxyHeaders: trustsProxyHeaders)
        var writer = JSONWriter(capacity: 512)
        writer.literal(#"{"versions": {"values": [{"id": "v2", "links": [{"href": "#)
        writer.string(base.text + "/v2")
        writer.literal(
            """
            , "rel": "self"}, {"href": "https://docs.openstack.org/", "rel": "describedby", \
            "type": "text/html"}], "media-types": [{"base": "application/json", \
            "type": "application/vnd.openstack.telemetry-v2+json"}, {"base": "application/xml", \
            "type": "application/vnd.openstack.telemetry-v2+xml"}], "status": "stable", \
            "updated": "2013-02-13T00:00:00Z"}]}}
            """)
        return Response(json: writer.bytes)
    }
}

/// How the client reached us, as far as we can know.
struct PublicAddress: Sendable, Equatable {
    private(set) var scheme: String
    private(set) var host: String
    /// What a proxy puts before our paths.
    private(set) var prefix = ""

    var text: String { "\(scheme)://\(host)\(prefix)" }

    init(_ request: Request, trustsProxyHeaders: Bool) {
        scheme = request.peer.isSecure ? "https" : "http"
        host = request.headers["Host"] ?? "localhost"
        guard trustsProxyHeaders else { return }
        if let forwarded = request.headers["Forwarded"] {
            apply(forwarded: forwarded)
        } else {
            scheme = Self.first(request.headers["X-Forwarded-Proto"]) ?? scheme
            host = Self.first(request.headers["X-Forwarded-Host"]) ?? host
        }
        prefix = Self.first(request.headers["X-Forwarded-Prefix"]) ?? ""
        while prefix.hasSuffix("/") { prefix.removeLast() }
    }

    /// `for=192.0.2.1;proto=https;host=api.example.com` (RFC 7239); the first proxy met the client.
    private mutating func apply(forwarded: String) {
        for pair in (Self.first(forwarded) ?? "").split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].filter { $0 != "\"" && $0 != " " }
            switch parts[0].filter({ $0 != " " }).lowercased() {
            case "proto": scheme = value
            case "host": host = value
            default: continue
            }
        }
    }

    private static func first(_ header: String?) -> String? {
        header?.split(separator: ",").first.map { $0.filter { $0 != " " } }
    }
}
