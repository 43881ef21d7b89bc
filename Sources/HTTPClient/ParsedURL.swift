import CCurl

/// A URL as libcurl reads it, so that what is checked is what is used. Owns a `CURLU`.
final class ParsedURL {
    let handle: OpaquePointer

    init(_ text: String) throws(HTTPClientError) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalidURL(detail: "the URL has characters that must be percent-encoded")
        }
        guard let handle = curl_url() else {
            throw .broken(detail: "no memory for a URL")
        }
        self.handle = handle
        let code = curl_url_set(handle, CURLUPART_URL, text, 0)
        guard code == CURLUE_OK else {
            let reason = String(cString: curl_url_strerror(code))
            throw .invalidURL(detail: "\(reason); a URL looks like https://host:port/path")
        }
        guard ["http", "https"].contains(part(CURLUPART_SCHEME)) else {
            throw .invalidURL(detail: "the URL must begin with http:// or https://")
        }
        guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
            throw .invalidURL(detail: "the URL must not hold a user or a password")
        }
    }

    deinit {
        curl_url_cleanup(handle)
    }

    /// For the log.
    var host: String { part(CURLUPART_HOST) ?? "" }

    private func part(_ part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
