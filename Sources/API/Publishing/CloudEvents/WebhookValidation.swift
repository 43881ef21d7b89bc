internal import HTTP

/// Tells senders of CloudEvents that events are wanted here.
///
/// Whoever may publish is decided by who sends, with each event; the address that a sender may leave
/// for a later call (`WebHook-Request-Callback`) is never called.
///
/// - Source: "HTTP 1.1 Web Hooks for Event Delivery", section 4.
enum WebhookValidation {
    /// Nil where the request is no such question.
    static func answer(to request: Request) -> Response? {
        guard request.method == "OPTIONS", request.path == "/v2/events",
            let origin = request.headers["WebHook-Request-Origin"]
        else { return nil }
        return Response(headers: [
            "Allow": "GET, POST, OPTIONS", "WebHook-Allowed-Origin": origin,
            "WebHook-Allowed-Rate": "*",
        ])
    }
}
