/// How the schema of a database and the steps that a build knows stand to each other.
package struct SchemaStatus: Sendable, Equatable {
    package enum Verdict: String, Sendable {
        /// The database has every step of this build and no other.
        case equal
        /// Steps are missing.
        case behind
        /// A newer build has applied steps of its own that leave room for this one.
        case ahead
        /// This build must not touch the database.
        case unusable
    }

    /// What is still to be done, in the order of an upgrade without a pause.
    package enum Phase: String, Sendable {
        /// Steps that this build needs before it can serve.
        case expand
        /// Steps that wait until no older build runs; this build can serve.
        case contract
        case complete
        /// The history is not one that this build can judge.
        case unknown
    }

    /// The highest step the database has; 0 where it has none.
    package let current: Int
    /// The highest step this build knows.
    package let wanted: Int
    /// Builds that know this version or a higher one can work with the database.
    package let lowest: Int
    package let phase: Phase
    package let verdict: Verdict
    /// Why the database is unusable and what to do about it, a sentence; nil where it is not.
    package let reason: String?

    package init(_ history: SchemaHistory, migrations: [Migration]) {
        let current = history.steps.map(\.version).max() ?? 0
        self.current = current
        lowest = history.steps.map { $0.lowest ?? $0.version }.max() ?? 0
        wanted = migrations.map(\.version).max() ?? 0
        reason = Self.reason(against: history, migrations)
        let missing = migrations.filter { $0.version > current }
        if reason != nil {
            verdict = .unusable
            phase = .unknown
        } else if missing.isEmpty {
            verdict = current > wanted ? .ahead : .equal
            phase = .complete
        } else {
            verdict = .behind
            phase = missing.allSatisfy { $0.phase == .contract } ? .contract : .expand
        }
    }

    /// A build may read and write the database as it is.
    package var canServe: Bool {
        switch verdict {
        case .equal, .ahead: true
        case .behind: phase == .contract
        case .unusable: false
        }
    }

    /// Why this build does not serve the database yet, and what helps; nil where it can.
    package var obstacle: String? {
        if let reason { return reason }
        if canServe { return nil }
        return "The database has schema \(current) and this build needs \(wanted). "
            + "Run `annals db upgrade`."
    }

    private static func reason(
        against history: SchemaHistory, _ migrations: [Migration]
    ) -> String? {
        let current = history.steps.map(\.version).max() ?? 0
        let lowest = history.steps.map { $0.lowest ?? $0.version }.max() ?? 0
        let wanted = migrations.map(\.version).max() ?? 0
        if !history.foreignTables.isEmpty {
            let names = history.foreignTables.prefix(3).joined(separator: ", ")
            let more = history.foreignTables.count > 3 ? ", ..." : ""
            return "This is a database of another program: it has tables (\(names)\(more)) and no "
                + "history of ours. Name a new database."
        }
        if lowest > wanted {
            return "The database has schema \(current), which needs a build that knows schema "
                + "\(lowest); this one knows up to \(wanted). Run the newer build, or restore a "
                + "backup made before the upgrade."
        }
        return stranger(in: history.steps, migrations).map {
            "The history of the schema has a step that this build does not know (\($0)): another "
                + "program or an unreleased build made it. Name another database, or restore a "
                + "backup."
        }
    }

    /// A step that should be ours by its number and is not, or the number of one that was left out.
    private static func stranger(
        in history: [AppliedMigration], _ migrations: [Migration]
    ) -> String? {
        let applied = history.sorted { $0.version < $1.version }
        let names = Dictionary(
            migrations.map { ($0.version, $0.name) }, uniquingKeysWith: { first, _ in first })
        let wanted = migrations.map(\.version).max() ?? 0
        for (index, step) in applied.enumerated() {
            if step.version != index + 1 {
                // Steps above ours are not ours to judge: they may be numbered as they like.
                if index + 1 > wanted { continue }
                return "number \(index + 1) is not there, \(step.version) is"
            }
            if let name = names[step.version], name != step.name {
                return "\(step.name) instead of \(name)"
            }
        }
        return nil
    }
}
