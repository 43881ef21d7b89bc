import SQL
import Testing

@Suite("The schema of a database, seen by a build")
struct SchemaStatusTests {
    static let first = Migration(version: 1, name: "001_events.sql", lowest: 1, sql: "one")
    static let second = Migration(version: 2, name: "002_add.sql", lowest: 1, sql: "two")
    static let third = Migration(
        version: 3, name: "003_drop.sql", phase: .contract, lowest: 2, sql: "three")
    static let steps = [first, second, third]

    @Test("has a verdict", arguments: Case.all)
    func verdict(_ example: Case) {
        let status = SchemaStatus(example.history, migrations: example.known)
        #expect(status.verdict == example.verdict)
        #expect(status.phase == example.phase)
        #expect(status.canServe == example.canServe)
        #expect((status.obstacle == nil) == example.canServe)
        #expect((status.reason == nil) == (example.verdict != .unusable))
        #expect(status.current == (example.history.steps.last?.version ?? 0))
        #expect(status.wanted == example.known.count)
    }

    @Test("tells the lowest build that still works with it")
    func lowest() {
        let known = Self.steps
        #expect(SchemaStatus(history([Self.first, Self.second]), migrations: known).lowest == 1)
        #expect(SchemaStatus(history(known), migrations: known).lowest == 2)
        let old = AppliedMigration(version: 1, name: "001_events.sql", lowest: nil, checksum: nil)
        #expect(SchemaStatus(SchemaHistory(steps: [old]), migrations: known).lowest == 1)
    }

    @Test("is upgraded as far as was asked for")
    func plan() throws {
        let known = Self.steps
        let empty = history([])
        let everything = try SchemaPlan(.everything, history: empty, migrations: known)
        #expect(everything.steps == known)
        let expand = try SchemaPlan(.expand, history: empty, migrations: known)
        #expect(expand.steps == [Self.first, Self.second])
        #expect(expand.remaining == [Self.third])
        let expanded = history([Self.first, Self.second])
        #expect(try SchemaPlan(.expand, history: expanded, migrations: known).steps == [])
        let contract = try SchemaPlan(.contract, history: expanded, migrations: known)
        #expect(contract.steps == [Self.third])
        #expect(contract.remaining == [])
        let done = try SchemaPlan(.contract, history: history(known), migrations: known)
        #expect(done.steps == [])
    }

    @Test("is not contracted before it was expanded")
    func contractTooEarly() {
        #expect(refusal(.contract, history([Self.first]))?.contains("--expand") == true)
    }

    @Test("is left alone where its history is not ours")
    func refusals() {
        let newer = Migration(version: 4, name: "004_more.sql", lowest: 3, sql: "four")
        let changed = Migration(version: 1, name: "001_events.sql", lowest: 1, sql: "uno")
        let strange = Migration(version: 2, name: "002_mine.sql", lowest: 1, sql: "x")
        let mine = SchemaHistory(steps: [], foreignTables: ["mine", "yours"])
        #expect(refusal(.everything, mine)?.contains("mine, yours") == true)
        #expect(refusal(.everything, history([changed]))?.contains("checksum") == true)
        #expect(refusal(.everything, history([Self.first, strange]))?.contains("002_mine") == true)
        let ahead = history(Self.steps + [newer])
        #expect(refusal(.everything, ahead)?.contains("newer build") == true)
        let gap = history([Self.first, Self.third])
        #expect(refusal(.everything, gap)?.contains("number 2 is not there") == true)
    }

    @Test("has the checksum of its file")
    func checksum() {
        // FNV-1a of nothing and of "a", from the draft's own table.
        #expect(Migration(version: 1, name: "", sql: "").checksum == "cbf29ce484222325")
        #expect(Migration(version: 1, name: "", sql: "a").checksum == "af63dc4c8601ec8c")
    }

    private func refusal(_ scope: UpgradeScope, _ history: SchemaHistory) -> String? {
        do throws(SchemaRefusal) {
            _ = try SchemaPlan(scope, history: history, migrations: Self.steps)
            return nil
        } catch {
            return error.description
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let history: SchemaHistory
        let known: [Migration]
        let verdict: SchemaStatus.Verdict
        let phase: SchemaStatus.Phase
        let canServe: Bool

        static let all = [
            Case("nothing yet", [], steps, .behind, .expand, false),
            Case("a step behind", [first], steps, .behind, .expand, false),
            Case("only the contraction missing", [first, second], steps, .behind, .contract, true),
            Case("all of it", steps, steps, .equal, .complete, true),
            Case("newer, with room for us", steps, [first, second], .ahead, .complete, true),
            Case("newer, without room for us", steps, [first], .unusable, .unknown, false),
            Case("another's step", [third], [first], .unusable, .unknown, false),
            Case(
                "a step of another name",
                [Migration(version: 1, name: "001_mine.sql", lowest: 1, sql: "")], steps,
                .unusable, .unknown, false),
            Case("a gap", [first, third], steps, .unusable, .unknown, false),
        ]

        init(
            _ description: String, _ applied: [Migration], _ known: [Migration],
            _ verdict: SchemaStatus.Verdict, _ phase: SchemaStatus.Phase, _ canServe: Bool
        ) {
            testDescription = description
            history = SQLTests.history(applied)
            self.known = known
            self.verdict = verdict
            self.phase = phase
            self.canServe = canServe
        }
    }
}

func history(_ steps: [Migration]) -> SchemaHistory {
    SchemaHistory(
        steps: steps.map {
            AppliedMigration(
                version: $0.version, name: $0.name, lowest: $0.lowest, checksum: $0.checksum)
        })
}
