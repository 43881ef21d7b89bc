/// Brings the schema of a database server to what this build wants.
///
/// Runners queue: one applies, the others find nothing to do afterwards. A runner that is killed at
/// any statement leaves a database from which the next one goes on.
package struct Migrator<Connection: SQLConnection>: Sendable {
    package let dialect: SchemaDialect
    package let migrations: [Migration]
    private let lease: SchemaLease<Connection>
    private let report: @Sendable (MigratorNews) -> Void
    private let connect: @Sendable () async throws(SQLError) -> Connection

    /// - Parameters:
    ///   - runner: names this process for runners that wait; host and process number, say.
    ///   - connect: a new connection; an upgrade takes one or two and closes them.
    package init(
        _ dialect: SchemaDialect, _ migrations: [Migration], runner: String = "annals",
        timing: SchemaLeaseTiming = .standard,
        report: @escaping @Sendable (MigratorNews) -> Void = { _ in },
        connect: @escaping @Sendable () async throws(SQLError) -> Connection
    ) {
        self.dialect = dialect
        self.migrations = migrations.sorted { $0.version < $1.version }
        let ticket = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        lease = SchemaLease(owner: "\(runner.prefix(200)) (\(ticket))", timing: timing)
        self.report = report
        self.connect = connect
    }

    package func history() async throws(SchemaError) -> SchemaHistory {
        try await connected { connection throws(SQLError) in
            try await LiveSchema(connection, dialect).history()
        }
    }

    package func description() async throws(SchemaError) -> SchemaDescription {
        try await connected { connection throws(SQLError) in
            try await LiveSchema(connection, dialect).description()
        }
    }

    /// Applies what is missing.
    ///
    /// - Returns: the steps that this runner has applied; empty where there was nothing to do.
    /// - Throws: `.refused` for a database of another program or with a history of another build;
    ///   nothing has been touched then.
    @discardableResult
    package func upgrade(
        _ scope: UpgradeScope = .everything
    ) async throws(SchemaError) -> [Migration] {
        var applied: [Migration] = []
        let refusal: SchemaRefusal?
        do throws(SQLError) {
            // On a cluster, DDL through one node takes back what another does to the same table.
            refusal = try await TransactionRetry { _ in }.run { () throws(SQLError) in
                try await lendConnection { connection throws(SQLError) in
                    try await upgrade(scope, on: connection, &applied)
                }
            }
        } catch {
            throw .database(error)
        }
        if let refusal { throw .refused(refusal) }
        return applied
    }

    private func upgrade(
        _ scope: UpgradeScope, on connection: Connection, _ applied: inout [Migration]
    ) async throws(SQLError) -> SchemaRefusal? {
        switch dialect.safety {
        case .transactions(let begin, let lock):
            try await upgrade(scope, on: connection, begin, lock, &applied)
        case .lease:
            try await upgradeUnderLease(scope, on: connection, &applied)
        }
    }

    private func connected<Output>(
        _ work: (Connection) async throws(SQLError) -> Output
    ) async throws(SchemaError) -> Output {
        do throws(SQLError) {
            return try await lendConnection(to: work)
        } catch {
            throw .database(error)
        }
    }

    private func lendConnection<Output>(
        to work: (Connection) async throws(SQLError) -> Output
    ) async throws(SQLError) -> Output {
        let connection = try await connect()
        do throws(SQLError) {
            let output = try await work(connection)
            await connection.close()
            return output
        } catch {
            await connection.close()
            throw error
        }
    }

    private func plan(
        _ scope: UpgradeScope, on connection: Connection
    ) async throws(SQLError) -> Result<SchemaPlan, SchemaRefusal> {
        let history = try await LiveSchema(connection, dialect).history()
        return Result { () throws(SchemaRefusal) in
            try SchemaPlan(scope, history: history, migrations: migrations)
        }
    }
}

/// What a runner tells while it works.
package enum MigratorNews: Sendable, Equatable {
    /// Another runner is at it; ours waits for it to end.
    case waiting(for: String)
    case applied(Migration)
}

// MARK: - Engines that take back whole steps

extension Migrator {
    /// One transaction a step; each asks anew what is missing, as another runner may have been there.
    private func upgrade(
        _ scope: UpgradeScope, on connection: Connection, _ begin: SQLStatement,
        _ lock: SchemaLock?, _ applied: inout [Migration]
    ) async throws(SQLError) -> SchemaRefusal? {
        while true {
            let outcome = try await connection.transaction(begin) { () throws(SQLError) in
                if let lock { try await take(lock, on: connection) }
                return try await applyNext(scope, on: connection)
            }
            switch outcome {
            case .failure(let refusal): return refusal
            case .success(nil): return nil
            case .success(let step?):
                applied.append(step)
                report(.applied(step))
            }
        }
    }

    private func take(
        _ lock: SchemaLock, on connection: Connection
    ) async throws(SQLError) {
        if try await connection.query(lock.attempt).first?.integer(0) == 1 { return }
        report(.waiting(for: "another session"))
        _ = try await connection.execute(lock.wait, within: .seconds(86_400))
    }

    /// - Returns: the step that was applied, nil where none is missing.
    private func applyNext(
        _ scope: UpgradeScope, on connection: Connection
    ) async throws(SQLError) -> Result<Migration?, SchemaRefusal> {
        let plan = try await plan(scope, on: connection)
        guard case .success(let plan) = plan, let step = plan.steps.first else {
            return plan.map { _ in nil }
        }
        try await connection.run(script: dialect.historyScript)
        try await connection.run(script: step.sql)
        try await connection.execute(dialect.note(step))
        return .success(step)
    }
}

// MARK: - Engines that keep what was done of a step

extension Migrator {
    private func upgradeUnderLease(
        _ scope: UpgradeScope, on connection: Connection, _ applied: inout [Migration]
    ) async throws(SQLError) -> SchemaRefusal? {
        // Nothing is made, not even the table of the lock, where a refusal is certain.
        if case .failure(let refusal) = try await plan(scope, on: connection) { return refusal }
        try await connection.run(script: dialect.historyScript)
        return try await lendConnection { beating throws(SQLError) in
            try await lease.hold(
                on: connection, beatingOn: beating, waiting: { report(.waiting(for: $0)) }
            ) { () throws(SQLError) in
                try await applyAll(scope, on: connection, &applied)
            }
        }
    }

    private func applyAll(
        _ scope: UpgradeScope, on connection: Connection, _ applied: inout [Migration]
    ) async throws(SQLError) -> SchemaRefusal? {
        switch try await plan(scope, on: connection) {
        case .failure(let refusal): return refusal
        case .success(let plan):
            for step in plan.steps {
                try await connection.run(script: step.sql)
                guard try await lease.note(step, on: connection) else { throw Self.takenOver }
                applied.append(step)
                report(.applied(step))
            }
            return nil
        }
    }

    private static var takenOver: SQLError {
        SQLError(
            kind: .busy, code: 0,
            message:
                "another runner has taken over, as this one gave no sign of life for too long; "
                + "run `annals db upgrade` again")
    }
}
