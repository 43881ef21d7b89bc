import Glibc
package import HTTP
import OpenSSL

/// The strategy `hmac`: a publisher signs what it sends with a key that both know.
///
/// `X-Signature: v1=` and, in hexadecimal, HMAC-SHA256 of the text of `X-Timestamp`, a line feed and
/// the body as sent. It says nothing of method and path, so it holds for the publisher route only.
package struct SignatureAuthentication: IdentityStrategy {
    private let files: WatchedFiles<SigningKeys>
    private let replays: ReplayMemory
    private let failures: SignatureFailures
    /// Seconds.
    private let window: Int
    private let now: @Sendable () -> Int

    /// - Parameters:
    ///   - window: how far a timestamp may be from our clock, in seconds.
    ///   - now: seconds since 1970.
    package init(
        files: WatchedFiles<SigningKeys>, replays: ReplayMemory, failures: SignatureFailures,
        window: Int, now: @escaping @Sendable () -> Int = { time(nil) }
    ) {
        self.files = files
        self.replays = replays
        self.failures = failures
        self.window = window
        self.now = now
    }

    package var challenge: String? { "HMAC-SHA256 realm=\"annals\"" }

    package func authenticate(_ request: Request) async throws(IdentityError) -> Identity? {
        guard request.headers[SignedRequest.header] != nil else { return nil }
        try requireSignable(request)
        let signed = try SignedRequest(request.headers)
        let now = now()
        guard abs(signed.timestamp - now) <= window else { throw stale }
        let key = try signer(of: signed, request)
        switch replays.note(signed.signature, timestamp: signed.timestamp, oldest: now - window) {
        case .new: return key.identity
        case .forgotten: throw stale
        case .seen:
            throw .signature(
                "This signature was used before. Sign again with a later timestamp.",
                reason: "replayed")
        }
    }

    private func signer(
        of signed: SignedRequest, _ request: Request
    ) throws(IdentityError) -> SigningKeys.Key {
        let (keys, version) = files.current
        guard let candidates = keys.candidates(id: signed.keyID) else {
            throw .signature(
                "X-Key-Id must be there: this server knows many keys.", reason: "bad_signature")
        }
        let text = Array("\(signed.timestampText)\n".utf8)
        let key = try failures.signer(
            among: candidates, named: signed.keyID ?? "", version: version,
            from: request.peer.address
        ) { key in
            ConstantTime.areEqual(
                HMACSHA256.code(for: text, then: request.body, key: key.secret), signed.signature)
        }
        guard let key else {
            throw .signature("The signature does not hold.", reason: "bad_signature")
        }
        return key
    }

    /// What a signature says nothing of must not matter.
    private func requireSignable(_ request: Request) throws(IdentityError) {
        // As the router reads the path: `/v2/events/` is the same route.
        let isEvents =
            request.path == "/v2/events"
            || PercentCoding.segments(of: request.path) == ["v2", "events"]
        guard request.method == "POST", isEvents else {
            throw .signature(
                "A signature holds for POST /v2/events only.", reason: "not_signable")
        }
        let isOfCloudEvent = request.headers.fields.contains { field in
            field.name.utf8.prefix(3).elementsEqual("ce-".utf8) { $0 | 0x20 == $1 | 0x20 }
        }
        guard !isOfCloudEvent else {
            throw .signature(
                "A signature does not cover the ce- fields of a CloudEvent. Send it as "
                    + "application/cloudevents+json, with its attributes in the body.",
                reason: "not_signable")
        }
    }

    private var stale: IdentityError {
        .signature(
            "X-Timestamp is too far from this server's clock; at most \(window) seconds are "
                + "allowed.", reason: "stale_timestamp")
    }
}
