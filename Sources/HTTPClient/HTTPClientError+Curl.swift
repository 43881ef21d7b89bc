import CCurl

extension HTTPClientError {
    /// - Parameters:
    ///   - code: how libcurl says that a transfer ended, not `CURLE_OK`.
    ///   - text: libcurl's own words; empty where it found none.
    init(_ code: CURLcode, _ text: String) {
        let detail = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        switch code {
        case CURLE_URL_MALFORMAT: self = .invalidURL(detail: detail)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT,
            CURLE_PROXY:
            self = .cannotConnect(detail: detail)
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut(detail: detail)
        case CURLE_FILESIZE_EXCEEDED: self = .tooLarge(detail: detail)
        // A server that goes away during the handshake says nothing about certificates.
        case CURLE_SSL_CONNECT_ERROR where Self.isCut(text): self = .cannotConnect(detail: detail)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CLIENTCERT,
            CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
            self = .tls(detail: detail)
        // From TLS 1.3 on a refused client certificate shows in the first read.
        case CURLE_RECV_ERROR where text.contains("alert"): self = .tls(detail: detail)
        default: self = .broken(detail: detail)
        }
    }

    private static func isCut(_ text: String) -> Bool {
        text.contains("SSL_ERROR_SYSCALL") || text.contains("reset by peer")
            || text.contains("unexpected eof")
    }
}
