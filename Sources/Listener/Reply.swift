import CMicroHTTPD
import HTTP

/// A response on its way into libmicrohttpd.
struct Reply {
    private let response: Response
    private let feed: StreamFeed?
    private let exchange: Exchange

    init(_ response: Response, feed: StreamFeed?, exchange: Exchange) {
        self.response = response
        self.feed = feed
        self.exchange = exchange
    }

    /// False where libmicrohttpd does not take it; the connection is then to be cut.
    func queue(on handle: OpaquePointer) -> Bool {
        guard let reply = makeBody() else { return false }
        for (name, value) in response.headers.fields where !Self.isOurs(name) {
            add(name, value, to: reply)
        }
        if response.headers["X-Openstack-Request-Id"] == nil {
            add("X-Openstack-Request-Id", exchange.id, to: reply)
        }
        if exchange.isLast, response.headers["Connection"] == nil {
            add("Connection", "close", to: reply)
        }
        return annals_respond(handle, UInt32(clamping: response.status.code), reply) == 1
    }

    private func makeBody() -> OpaquePointer? {
        switch response.body {
        case .bytes(let bytes): return annals_response_of_bytes(bytes, bytes.count)
        case .stream:
            guard let feed else { return nil }
            let context = Unmanaged.passRetained(feed)
            let reply = annals_response_of_stream(readFeed, freeFeed, context.toOpaque())
            if reply == nil { context.release() }
            return reply
        }
    }

    /// The framing and the clock are libmicrohttpd's.
    private static func isOurs(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: name.lowercased() == "date"
        case 14: name.lowercased() == "content-length"
        case 17: name.lowercased() == "transfer-encoding"
        default: false
        }
    }

    private func add(_ name: String, _ value: String, to reply: OpaquePointer) {
        guard annals_response_add(reply, name, value) == 1 else {
            exchange.noteBadField(name)
            return
        }
    }
}

private func readFeed(
    _ context: UnsafeMutableRawPointer?, _ position: UInt64,
    _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int
) -> Int {
    guard let context else { return annals_stream_failure }
    let feed = Unmanaged<StreamFeed>.fromOpaque(context).takeUnretainedValue()
    return feed.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
}

private func freeFeed(_ context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    Unmanaged<StreamFeed>.fromOpaque(context).takeRetainedValue().fail()
}
