import ArgumentParser
import SQL

extension DatabaseCommand {
    struct Upgrade: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the schema to the version this build needs; fills an empty database.",
            discussion: """
                Runners queue: several at once do no harm. One that was interrupted is simply run \
                again. For an upgrade without a pause: --expand with the new build while the old \
                one runs, then start the new build everywhere, then --contract.
                """)

        @Flag(help: "Only add what the new build needs; older builds go on working.")
        var expand = false

        @Flag(help: "Only remove what older builds needed; none of them may run any more.")
        var contract = false

        @Flag(help: "Print the SQL that would be run, and change nothing.")
        var dryRun = false

        @OptionGroup var options: SettingsOptions

        func validate() throws {
            if expand && contract {
                throw ValidationError("Name --expand or --contract, or neither for both in turn.")
            }
        }

        func run() async throws {
            let schema = try options.read().database.schema
            do throws(SchemaError) {
                if dryRun {
                    try await printPlan(of: schema)
                } else {
                    try await upgrade(schema)
                }
            } catch {
                throw Failure.reported(error)
            }
        }

        private var scope: UpgradeScope {
            expand ? .expand : contract ? .contract : .everything
        }

        private func printPlan(of schema: any StoreSchema) async throws(SchemaError) {
            let plan = try await schema.plan(scope)
            let script = schema.dialect.script(for: plan.steps)
            print(script.isEmpty ? "-- Nothing to do." : script, terminator: "\n")
        }

        private func upgrade(_ schema: any StoreSchema) async throws(SchemaError) {
            _ = try await schema.upgrade(scope) { news in
                switch news {
                case .waiting(let runner):
                    Failure.say("Another runner is at work (\(runner)); waiting for it.")
                case .applied(let step): print("applied \(step.name)")
                }
            }
            let report = SchemaReport(schema, status: try await schema.status())
            print(report.summary)
        }
    }
}
