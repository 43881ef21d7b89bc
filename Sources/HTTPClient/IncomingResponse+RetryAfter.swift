import CCurl
import Glibc
import HTTP

extension IncomingResponse {
    /// How long the server wants its client to wait (RFC 9110 section 10.2.3), from now on; nil where
    /// it does not say.
    package var retryAfter: Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        if let seconds = Int32(text), seconds >= 0 { return .seconds(seconds) }
        let date = curl_getdate(text, nil)
        return date < 0 ? nil : .seconds(max(0, date - time(nil)))
    }
}
