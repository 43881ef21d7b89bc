import EventStore
import Migrations
import MySQL
import SQL
import SQLStorage

/// Asks the server what is in force: schema, durability, whether it takes writes.
struct StoreInspection {
    private let database: MySQLDatabase

    init(_ database: MySQLDatabase) {
        self.database = database
    }

    /// Never fails: what cannot be asked is the failure it tells of.
    func status() async -> StorageStatus {
        var status = StorageStatus(
            engine: "mysql", engineVersion: "-", location: database.connection.location,
            schemaVersion: 0, schemaWanted: Migrations.mysql.last?.version ?? 0, durability: [],
            failure: nil)
        do throws(SQLError) {
            // A link that the server closed for idleness says nothing of the server.
            try await TransactionRetry { _ in }.run { () async throws(SQLError) in
                try await database.writers.withConnection { connection throws(SQLError) in
                    try await fill(&status, from: connection)
                }
            }
        } catch {
            status.failure = error.message
            await askWithoutSchema(&status)
        }
        let pools = [await database.writers.status, await database.readers.status]
        status.connections = StorageConnections(pools)
        return status
    }

    /// The pool gives no connection where the schema is missing: one of its own tells why.
    private func askWithoutSchema(_ status: inout StorageStatus) async {
        // It is the failure we have already that counts.
        guard let connection = try? await MySQLConnection.open(database.connection) else { return }
        try? await fill(&status, from: connection)
        await connection.close()
    }

    private func fill(
        _ status: inout StorageStatus, from connection: MySQLConnection
    ) async throws(SQLError) {
        status.engineVersion =
            try await connection.query("SELECT version()", within: .seconds(5)).first?.text(0)
            ?? "-"
        let schema = try await StoreSchema.status(on: connection)
        status.schemaVersion = schema.current
        status.failure = status.failure ?? schema.obstacle
        let durability = try await Durability(on: connection)
        status.durability = durability.settings
        status.failure = status.failure ?? durability.failure
    }
}

/// The server's settings that decide whether an acknowledged event survives a power loss.
struct Durability {
    private(set) var settings: [DurabilitySetting] = []
    /// Why the server takes nothing; nil while it does.
    private(set) var failure: String?

    init(on connection: MySQLConnection) async throws(SQLError) {
        let rows = try await connection.query(
            """
            SHOW GLOBAL VARIABLES WHERE variable_name IN ('innodb_flush_log_at_trx_commit',
            'innodb_doublewrite', 'sync_binlog', 'log_bin', 'read_only', 'wsrep_on',
            'innodb_flush_method')
            """, within: .seconds(5))
        var values: [String: String] = [:]
        for row in rows { values[row.text(0).lowercased()] = row.text(1) }
        add("innodb_flush_log_at_trx_commit", values, safe: ["1", "3"])
        add("innodb_doublewrite", values, safe: ["ON", "1"])
        if values["log_bin"] == "ON" { add("sync_binlog", values, safe: ["1"]) }
        if values["read_only"] == "ON" { failure = "The server is set to read_only." }
        if values["wsrep_on"] == "ON" { try await addCluster(connection) }
    }

    private mutating func add(_ name: String, _ values: [String: String], safe: [String]) {
        let value = values[name] ?? "unknown"
        settings.append(
            DurabilitySetting(name: name, value: value, isSafe: safe.contains(value.uppercased())))
    }

    /// A node of a Galera cluster that is cut off from most others takes nothing.
    private mutating func addCluster(_ connection: MySQLConnection) async throws(SQLError) {
        let rows = try await connection.query(
            "SHOW GLOBAL STATUS WHERE variable_name = 'wsrep_cluster_status'", within: .seconds(5))
        let value = rows.first?.text(1) ?? "unknown"
        settings.append(
            DurabilitySetting(name: "wsrep_cluster_status", value: value, isSafe: true))
        if value != "Primary" {
            failure = "This node of the cluster has no quorum (wsrep_cluster_status is \(value))."
        }
    }
}
