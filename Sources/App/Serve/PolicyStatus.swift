import Identity
import Observability

/// The section `policy` of `/status`: which rules are in force.
struct PolicyStatus: StatusSource {
    let section = "policy"
    let keeper: PolicyKeeper

    func facts() async -> [Fact] {
        let changed = keeper.rules.rules.filter { $0.file != nil }
        return [
            Fact("rules_from_files", .list(changed.map { .text($0.name) })),
            Fact("last_reload_failure", keeper.failure.map { .text($0) } ?? .missing),
        ]
    }
}
