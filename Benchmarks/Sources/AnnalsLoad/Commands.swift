import ArgumentParser
import Foundation

/// Where the service is, and how hard to press.
struct TargetOptions: ParsableArguments {
    @Option(help: "The service's address.") var host = "127.0.0.1"
    @Option(help: "The service's port.") var port: Int
    @Option(help: "Connections that are open at the same time.") var connections = 1
    @Option(help: "Stop after so many seconds.") var seconds: Int64?
    @Option(help: "Requests a second over all connections; as fast as possible without it.")
    var rate: Double?

    func client(_ credentials: CredentialOptions) -> LoadClient {
        LoadClient(
            host: host, port: port, connections: connections, seconds: seconds, rate: rate,
            pair: credentials.pair)
    }
}

struct PublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Publish events made from real ones, under new ids.")

    @OptionGroup var target: TargetOptions
    @Option(help: "A file of events, one JSON document a line.") var events: String
    @Option(help: "Events in a request.") var batch = 1
    @Option(help: "Number of the first event: ids and times follow from it.") var first = 0
    @Option(help: "How many events to publish at most.") var count = 1_000_000
    @Option(help: "Another seed, other ids.") var seed: UInt64 = 1
    @OptionGroup var schedule: EventSchedule
    @OptionGroup var credentials: CredentialOptions

    func run() throws {
        let (headers, signer) = (try credentials.headerLines(), try credentials.signer())
        let lines = try [UInt8](Data(contentsOf: URL(filePath: events)))
        let (batch, first, count, seed, schedule) = (batch, first, count, seed, schedule)
        let report = try target.client(credentials).run {
            PublishSource(
                templates: try EventTemplates(lines: lines, seed: seed, schedule: schedule),
                batchSize: batch, first: first, count: count, headers: headers, signer: signer)
        }
        print(try report.json())
    }
}

struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Ask for paths in turn.")

    @OptionGroup var target: TargetOptions
    @Option(help: "How many requests.") var count = 1000
    @Option(help: "The project that the caller acts in.") var project = "bench"
    @Option(help: "A file of paths, one a line; else name them.") var pathsFile: String?
    @Argument(help: "Paths with their query.") var paths: [String] = []
    @OptionGroup var credentials: CredentialOptions

    func run() throws {
        let headers = try credentials.headerLines()
        var all = paths
        if let pathsFile {
            let text = try String(contentsOfFile: pathsFile, encoding: .utf8)
            all += text.split(separator: "\n").map(String.init)
        }
        guard !all.isEmpty else { throw ValidationError("name a path") }
        let (paths, project, count) = (all, project, count)
        let report = try target.client(credentials).run {
            QuerySource(paths: paths, project: project, count: count, headers: headers)
        }
        print(try report.json())
    }
}

struct IdentifierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "id", abstract: "Print the message ids of events by their numbers.")

    @Option(help: "The seed they were published with.") var seed: UInt64 = 1
    @Argument var numbers: [Int]

    func run() {
        for number in numbers { print(EventIdentifier(number: number, seed: seed).text) }
    }
}
