import ArgumentParser
import Observability
import SQL

extension DatabaseCommand {
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell the version of the schema, by the exit status, too.",
            discussion: """
                Exit status 0: the schema is the one this build wants. 10: steps are missing. 11: a \
                newer build has upgraded it, and this one can still work with it. 12: this build \
                cannot use it. 1: the database could not be asked.
                """)

        @Flag(help: "Print one JSON object.")
        var json = false

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let schema = try options.read().database.schema
            let report: SchemaReport
            do throws(SchemaError) {
                report = SchemaReport(schema, status: try await schema.status())
            } catch {
                throw Failure.reported(error)
            }
            print(json ? report.json : report.text)
            if report.exitCode != 0 { throw ExitCode(report.exitCode) }
        }
    }
}
