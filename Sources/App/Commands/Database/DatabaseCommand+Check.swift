import ArgumentParser
import SQL

extension DatabaseCommand {
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare the schema as it is with the one this build expects.",
            discussion: """
                Looks at tables, columns, indexes, constraints and partitioning. Prints a line for \
                each difference; status 1 where there is one. Changes nothing.
                """)

        @Flag(name: .customLong("print"), help: "Print the schema as it is, a line for each part.")
        var prints = false

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let schema = try options.read().database.schema
            do throws(SchemaError) {
                if prints {
                    for line in try await schema.description().lines { print(line) }
                    return
                }
                let findings = try await schema.findings()
                for finding in findings { print(finding) }
                if findings.isEmpty {
                    print("The schema is as expected: version \(schema.wanted).")
                    return
                }
            } catch {
                throw Failure.reported(error)
            }
            throw Failure.failed
        }
    }
}
