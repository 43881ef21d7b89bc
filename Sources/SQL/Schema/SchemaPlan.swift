/// Which steps an upgrade is asked for.
package enum UpgradeScope: Sendable {
    case everything
    /// Only what running builds of the older version do not mind.
    case expand
    /// Only what is due once no older build runs any more.
    case contract
}

/// What an upgrade would do to a database with a given history.
package struct SchemaPlan: Sendable, Equatable {
    /// Steps to apply, in order.
    package let steps: [Migration]
    /// Steps that stay for another scope, in order.
    package let remaining: [Migration]

    /// - Throws: for a history that this build does not know, wholly or in part, and for contract
    ///   steps that are asked for while expand steps are missing before them.
    package init(
        _ scope: UpgradeScope, history: SchemaHistory, migrations: [Migration]
    ) throws(SchemaRefusal) {
        let status = SchemaStatus(history, migrations: migrations)
        if let reason = status.reason { throw SchemaRefusal(reason) }
        if status.verdict == .ahead {
            throw SchemaRefusal(
                "The database has schema \(status.current), of a newer build; this one knows up "
                    + "to \(status.wanted). It can serve, but only the newer build can upgrade.")
        }
        if let change = Self.changes(history, migrations).first { throw SchemaRefusal(change) }
        let missing = migrations.sorted { $0.version < $1.version }
            .filter { $0.version > status.current }
        let phase: Migration.Phase? =
            switch scope {
            case .everything: nil
            case .expand: .expand
            case .contract: .contract
            }
        let steps = Array(missing.prefix { phase == nil || $0.phase == phase })
        if scope == .contract, steps.isEmpty, let first = missing.first {
            throw SchemaRefusal(
                "The step \(first.name) comes first and is one that expands. "
                    + "Run `annals db upgrade --expand`, then start the new build everywhere.")
        }
        self.steps = steps
        remaining = Array(missing.dropFirst(steps.count))
    }

    /// A sentence for each step that was applied with another text than this build has.
    package static func changes(
        _ history: SchemaHistory, _ migrations: [Migration]
    ) -> [String] {
        history.steps.compactMap { step in
            guard let ours = migrations.first(where: { $0.version == step.version }),
                let checksum = step.checksum, checksum != ours.checksum
            else { return nil }
            return "The database was made with another text of \(step.name) (checksum \(checksum), "
                + "this build's is \(ours.checksum)). Use the build that made it, or a new "
                + "database and `annals copy`."
        }
    }
}

/// Why a database is left alone, and what to do about it: sentences for the operator.
package struct SchemaRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Why nothing could be said about a schema, or done to it.
package enum SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
    case refused(SchemaRefusal)
    case database(SQLError)

    package var description: String {
        switch self {
        case .refused(let refusal): refusal.description
        case .database(let error): error.message
        }
    }
}
