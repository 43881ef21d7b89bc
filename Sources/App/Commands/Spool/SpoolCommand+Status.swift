import ArgumentParser
import Observability
import Spool
import Values

extension SpoolCommand {
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell how much waits and for how long, also beside a running service.")

        @Flag(help: "Print one JSON object.") var json = false

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let path = try SpoolCommand.path(options.read())
            let reading = try SpoolCommand.reading(path)
            let status = try Failure.reporting { () throws(SpoolError) in try reading.status }
            let seconds = status.oldest.map {
                Int(max(0, Timestamp.now.microseconds - $0) / 1_000_000)
            }
            if json {
                print(
                    FactJSON.page(
                        .group([
                            Fact("path", .text(path)), Fact("events", .integer(status.events)),
                            Fact("bytes", .integer(status.bytes)),
                            Fact("oldest_seconds", seconds.map { .integer($0) } ?? .missing),
                            Fact("used_bytes", .integer(status.usedBytes)),
                            Fact("set_aside_bytes", .integer(status.setAsideBytes)),
                        ])))
                return
            }
            print("\(path): \(status.events) events wait (\(status.bytes) bytes).")
            if let seconds { print("The oldest has waited for \(seconds) s.") }
            if status.setAsideBytes > 0 {
                print("\(status.setAsideBytes) bytes are set aside in files beside them.")
            }
        }
    }
}
