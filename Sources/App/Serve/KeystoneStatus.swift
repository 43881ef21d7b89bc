import Identity
package import Observability

/// The section `keystone` of `/status`.
package struct KeystoneStatus: StatusSource {
    package let section = "keystone"
    let tokens: KeystoneTokens

    package func facts() async -> [Fact] {
        let state = tokens.state
        return [
            Fact("auth_url", .text(state.authURL)),
            Fact("reachable", state.isReachable.map { .flag($0) } ?? .missing),
            Fact("failure", state.failure.map { .text($0) } ?? .missing),
            Fact("cached_tokens", .integer(state.cachedTokens)),
            Fact("cache_limit", .integer(state.cacheLimit)),
        ]
    }
}
