import CCurl

/// Sets what one transfer needs. Redirects, cookies, `.netrc` and other protocols are off because
/// libcurl has them off or because they are refused here; proxies come from the environment.
struct TransferOptions {
    let handle: UnsafeMutableRawPointer

    func setConnection(_ settings: HTTPClientSettings) throws(HTTPClientError) {
        // Time-outs must not be made of signals where there are threads.
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(settings.connectTimeout))
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_PROXY_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, settings.verifies ? 1 : 0)
        try set(CURLOPT_SSL_VERIFYHOST, settings.verifies ? 2 : 0)
        // libcurl would keep the authorities for a day, whatever becomes of the file.
        try set(CURLOPT_CA_CACHE_TIMEOUT, 60)
        if let authorities = settings.authorities { try set(CURLOPT_CAINFO, authorities) }
        if let certificate = settings.certificate {
            try set(CURLOPT_SSLCERT, certificate)
            try set(CURLOPT_SSLKEY, settings.key ?? certificate)
        }
    }

    func setRequest(
        _ request: OutgoingRequest, _ settings: HTTPClientSettings
    ) throws(HTTPClientError) {
        guard !request.method.isEmpty, request.method.utf8.allSatisfy(HeaderLine.isTokenCharacter)
        else { throw .invalidURL(detail: "the method is none that HTTP allows") }
        if request.hasBody {
            try set(CURLOPT_POST, 1)
        } else if request.method == "HEAD" {
            try set(CURLOPT_NOBODY, 1)
        }
        try set(CURLOPT_CUSTOMREQUEST, request.method)
        try set(CURLOPT_USERAGENT, settings.userAgent)
        try set(CURLOPT_TIMEOUT_MS, milliseconds(request.timeout ?? settings.timeout))
        try Self.check(
            annals_curl_set_size(
                handle, CURLOPT_MAXFILESIZE_LARGE, Int64(settings.mostBytes)))
    }

    static func check(_ code: CURLcode) throws(HTTPClientError) {
        guard code != CURLE_OK else { return }
        throw .broken(
            detail: "libcurl takes no setting: \(String(cString: curl_easy_strerror(code)))")
    }

    private func set(_ option: CURLoption, _ value: Int) throws(HTTPClientError) {
        try Self.check(annals_curl_set_number(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(HTTPClientError) {
        try Self.check(annals_curl_set_text(handle, option, value))
    }

    /// At least one: zero would mean for ever.
    private func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        let bounded = min(max(seconds, 0), 86_400)
        return max(1, Int(bounded) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
