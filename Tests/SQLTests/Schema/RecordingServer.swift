import SQL

/// A server that understands the statements of a `Migrator` and nothing else: it keeps a history, a
/// lease and the scripts that were run. Transactions are taken back as a whole.
actor RecordingServer: SQLConnection {
    private struct Content {
        var history: [[SQLValue]]?
        var tables: [String] = []
        var scripts: [String] = []
        var owner = ""
        var beat: Int64 = 0
    }

    private var content = Content()
    private var before: Content?
    /// Scripts that fail, once each.
    private var failing: [String: SQLError.Kind] = [:]
    /// Runs when a script runs: what others do meanwhile.
    private var interference: [String: String] = [:]
    /// Another runner begins as soon as one statement was answered.
    private var isRaced = false
    /// Statements as they came, values aside.
    private(set) var log: [String] = []

    init(tables: [String] = []) {
        content.tables = tables
    }

    var scripts: [String] { content.scripts }
    var owner: String { content.owner }
    var versions: [Int64] { (content.history ?? []).map { SQLRow($0).integer(0) } }
    var hasHistory: Bool { content.history != nil }

    func fail(at script: String, _ kind: SQLError.Kind) { failing[script] = kind }
    func race() { isRaced = true }
    func holdLease(as owner: String) { content.owner = owner }
    func takeLease(as owner: String, during script: String) { interference[script] = owner }

    func run(script: String) async throws(SQLError) {
        if script.contains("CREATE TABLE IF NOT EXISTS schema_migration") {
            content.history = content.history ?? []
            return
        }
        if let kind = failing.removeValue(forKey: script) {
            throw SQLError(kind: kind, code: 0, message: "as asked for")
        }
        content.scripts.append(script)
        if let thief = interference[script] { content.owner = thief }
    }

    func query(_ statement: SQLStatement, within limit: Duration) async throws(SQLError) -> [SQLRow]
    {
        let text = statement.text { "?\($0)" }
        log.append(text)
        defer { beginRace() }
        if text.contains("table_name = 'schema_migration'") {
            let names = ["version", "name", "phase", "lowest", "checksum"]
            return content.history == nil ? [] : names.map { SQLRow([.text($0)]) }
        }
        if text.hasPrefix("SELECT pg_try") { return [SQLRow([.integer(0)])] }
        if text.hasPrefix("SELECT version") { return (content.history ?? []).map { SQLRow($0) } }
        if text.hasPrefix("SELECT owner") {
            return [SQLRow([.text(content.owner), .integer(content.beat)])]
        }
        return content.tables.map { SQLRow([.text($0)]) }
    }

    func execute(_ statement: SQLStatement, within limit: Duration) async throws(SQLError) -> Int {
        let text = statement.text { "?\($0)" }
        log.append(text)
        let values = statement.values
        if text.hasPrefix("BEGIN") { before = content }
        if text == "ROLLBACK", let before { content = before }
        if text.hasPrefix("INSERT INTO schema_migration") {
            if values.count == 6, values[5] != .text(content.owner) { return 0 }
            content.history?.append([values[0], values[1], values[3], values[4]])
            return 1
        }
        if text.hasPrefix("UPDATE schema_lock") { return update(text, SQLRow(values)) }
        return 0
    }

    private func beginRace() {
        guard isRaced else { return }
        isRaced = false
        content.history = []
        content.tables = ["schema_migration", "thing"]
    }

    private func update(_ text: String, _ values: SQLRow) -> Int {
        if text.contains("SET owner = ?1") {
            guard values.text(1) == content.owner, values.integer(2) == content.beat else {
                return 0
            }
            content.owner = values.text(0)
        } else {
            guard values.text(0) == content.owner else { return 0 }
            if text.contains("SET owner = ''") { content.owner = "" }
        }
        content.beat += 1
        return 1
    }

    func ping() async throws(SQLError) {}
    var isUsable: Bool { true }
    func close() async {}
}
