import SQL
import Testing

@testable import MySQL

@Suite("Errors of MariaDB")
struct ErrorTests {
    /// As MariaDB 10.11.19 wrote it when it had been killed within CREATE TABLE.
    static let orphan = "Table '`annals`.`event` /* Partition `later` */' already exists"

    @Test("name the remedy for a partition whose table was never finished, and for no other table")
    func remedy() {
        let error = SQLError(code: 1050, state: "42S01", message: Self.orphan)
        #expect(error.message.contains("DROP TABLE `#mysql50#event#P#later`;"))
        let other = SQLError(code: 1050, state: "42S01", message: "Table 'event' already exists")
        #expect(other.message == "Table 'event' already exists (MySQL error 1050)")
    }
}
