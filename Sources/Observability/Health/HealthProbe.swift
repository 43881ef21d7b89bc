/// One thing the service cannot work without.
package struct HealthProbe: Sendable {
    /// What a reason begins with: `database`.
    package let name: String
    /// Why it does not work now, without secrets; nil while all is well.
    package let failure: @Sendable () async -> String?

    package init(_ name: String, failure: @escaping @Sendable () async -> String?) {
        self.name = name
        self.failure = failure
    }
}
