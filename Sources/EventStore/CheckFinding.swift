/// What one check of a self-test found.
package struct CheckFinding: Sendable, Equatable {
    package let name: String
    package let isGood: Bool
    package let detail: String

    package init(name: String, isGood: Bool, detail: String) {
        self.name = name
        self.isGood = isGood
        self.detail = detail
    }
}
