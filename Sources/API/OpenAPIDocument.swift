internal import HTTP

/// `GET /openapi.yaml`: what is served here, as api-ref/openapi.yaml says it. Part of the binary.
enum OpenAPIDocument {
    static let response = Response(
        headers: ["Content-Type": "application/yaml"],
        body: .bytes(PackageResources.openapi_yaml))
}
