internal import JSON
internal import Values

/// Where Keystone says that tokens are validated: the endpoint of the type `identity` in the catalog
/// of our own token.
struct ServiceCatalog {
    private let endpoints: [Endpoint]

    private struct Endpoint {
        let interface: String?
        let regions: [String]
        let url: String
    }

    /// - Parameter body: the document of a token that was just issued.
    init(_ body: [UInt8]) {
        // A body that is no JSON has failed as a token's document already.
        let found = try? JSONDocument.read(body) { document throws(JSONError) in
            let root = try document.value()
            let token = document.member("token", of: root)
            let catalog = token.flatMap { document.member("catalog", of: $0) }
            let services = catalog.map(document.array) ?? []
            return services.filter { document.string("type", of: $0) == "identity" }
                .compactMap { document.member("endpoints", of: $0) }
                .flatMap(document.array)
                .compactMap { Self.endpoint($0, in: document) }
        }
        endpoints = found ?? []
    }

    private static func endpoint(_ node: JSONNode, in document: JSONDocument) -> Endpoint? {
        guard let url = document.string("url", of: node) else { return nil }
        let regions = [
            document.string("region_id", of: node), document.string("region", of: node),
        ]
        return Endpoint(
            interface: document.string("interface", of: node), regions: regions.compactMap(\.self),
            url: url)
    }

    func identityURL(
        _ interface: KeystoneInterface, region: String?
    ) throws(KeystoneFailure) -> KeystoneURL {
        let wanted = endpoints.first { endpoint in
            endpoint.interface == interface.rawValue
                && (region.map { endpoint.regions.contains($0) } ?? true)
        }
        let place = region.map { " in the region \($0)" } ?? ""
        guard let wanted else {
            throw KeystoneFailure(
                .answer,
                "the catalog has no identity endpoint with the interface \(interface.rawValue)"
                    + place + "; set keystone.interface and keystone.region_name")
        }
        guard let url = KeystoneURL(wanted.url) else {
            throw KeystoneFailure(
                .answer, "the catalog's identity endpoint is no URL: \(wanted.url)")
        }
        return url
    }
}
