import PostgreSQL
import SQL
import Testing

@Suite("A row that its partition refuses", .needsPostgreSQL)
struct PartitionErrorTests {
    @Test("was on its way while partitions changed: running all of it again helps")
    func misrouted() async throws {
        let connection = try await TestServer.connect()
        try await connection.run(
            script: """
                CREATE TEMPORARY TABLE log (at integer CHECK (at <> 7)) PARTITION BY RANGE (at);
                CREATE TEMPORARY TABLE log_other PARTITION OF log DEFAULT;
                CREATE TEMPORARY TABLE log_first PARTITION OF log FOR VALUES FROM (0) TO (10);
                """)
        let misrouted = try await failure {
            try await connection.execute("INSERT INTO log_other VALUES (5)")
        }
        #expect(misrouted?.kind == .deadlock)
        let checked = try await failure {
            try await connection.execute("INSERT INTO log VALUES (7)")
        }
        #expect(checked?.kind == .constraint)
        await connection.close()
    }
}
