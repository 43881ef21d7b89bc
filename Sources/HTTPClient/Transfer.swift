import CCurl
import HTTP

/// One request under way: the handle of libcurl and all that it points to. Lives on the loop's
/// thread.
final class Transfer {
    let handle: UnsafeMutableRawPointer
    let order: TransferOrder
    private let url: ParsedURL
    private let reception: Reception
    private let body: UnsafeMutableBufferPointer<UInt8>
    private let errorText: UnsafeMutablePointer<CChar>
    private var fields: UnsafeMutablePointer<curl_slist>?

    init(_ order: TransferOrder, _ settings: HTTPClientSettings) throws(HTTPClientError) {
        url = try ParsedURL(order.request.url)
        guard let handle = curl_easy_init() else { throw .broken(detail: "no memory to send") }
        self.handle = handle
        self.order = order
        reception = Reception(mostBytes: settings.mostBytes)
        body = .allocate(capacity: order.request.body.count)
        _ = body.initialize(from: order.request.body)
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        let options = TransferOptions(handle: handle)
        try options.setConnection(settings)
        try options.setRequest(order.request, settings)
        try setMemory(order.request)
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(fields)
        body.deallocate()
        errorText.deallocate()
    }

    /// What the transfer came to, as libcurl says.
    func outcome(_ code: CURLcode) -> Result<IncomingResponse, HTTPClientError> {
        if reception.isTooLarge {
            return .failure(.tooLarge(detail: "\(url.host) answers with more than is allowed"))
        }
        guard code == CURLE_OK else {
            return .failure(HTTPClientError(code, String(cString: errorText)))
        }
        return .success(
            IncomingResponse(
                status: annals_curl_status(handle), headers: reception.headers,
                body: reception.body))
    }

    /// Everything that libcurl keeps a pointer to.
    private func setMemory(_ request: OutgoingRequest) throws(HTTPClientError) {
        for line in try HeaderLine.lines(of: request) {
            guard let longer = curl_slist_append(fields, line) else {
                throw .broken(detail: "no memory to send")
            }
            fields = longer
        }
        try TransferOptions.check(annals_curl_set_url(handle, url.handle))
        try TransferOptions.check(annals_curl_set_fields(handle, fields))
        try TransferOptions.check(annals_curl_set_error_text(handle, errorText))
        let receiver = Unmanaged.passUnretained(reception).toOpaque()
        try TransferOptions.check(annals_curl_set_receiver(handle, onHead, onBody, receiver))
        if request.hasBody {
            try TransferOptions.check(
                annals_curl_set_body(handle, body.baseAddress, body.count))
        }
    }
}

extension OutgoingRequest {
    /// These methods send a body even where it is empty, so that its length is said.
    var hasBody: Bool {
        !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method)
    }
}
