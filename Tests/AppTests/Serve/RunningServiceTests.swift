import Foundation
import Listener
import Logging
import Observability
import SQLiteStorage
import Testing

@testable import App

@Suite("The running service")
struct RunningServiceTests {
    private let database = NSTemporaryDirectory() + "annals-serve-\(UUID().uuidString).db"

    private func settings(
        _ arguments: [String] = [], port: Substring = "0", url: String? = nil
    ) throws -> Settings {
        let url = url ?? "sqlite:\(database)"
        return try Settings(
            from: SettingsSources(
                arguments: ["--listen.port=\(port)", "--database.url", url] + arguments))
    }

    private func start(_ settings: Settings) async throws -> RunningService {
        try await RunningService.start(
            settings, registry: MetricsRegistry(), logger: Logger(label: "test"))
    }

    private func clean() {
        for suffix in ["", "-wal", "-shm", "-serving"] {
            for name in [database, database + "-other"] {
                // A leftover in the temporary directory harms nobody.
                try? FileManager.default.removeItem(atPath: name + suffix)
            }
        }
    }

    @Test("starts, names its address and stops when it is told", arguments: ["https", "http"])
    func startAndStop(scheme: String) async throws {
        let service = try await start(settings(["--tls.enabled", "\(scheme == "https")"]))
        #expect(service.address.hasPrefix("\(scheme)://127.0.0.1:"))
        #expect(!service.address.hasSuffix(":0"))
        let (signals, send) = AsyncStream.makeStream(of: ProcessSignal.self)
        send.yield(.reload)
        send.yield(.stop)
        await service.run(until: signals)
        clean()
    }

    @Test("a second one on the same store is refused, and told who has it")
    func second() async throws {
        let first = try await start(settings())
        await #expect {
            _ = try await start(settings())
        } throws: {
            "\($0)".contains("serves this database already")
        }
        await first.run(until: AsyncStream { $0.yield(.stop) })
        clean()
    }

    @Test("a port that is taken is named")
    func port() async throws {
        let first = try await start(settings())
        let port = try #require(first.address.split(separator: ":").last)
        let other = "sqlite:\(database)-other"
        await #expect {
            _ = try await start(settings(port: port, url: other))
        } throws: {
            ($0 as? ListenerError)?.message.contains("\(port)") == true
        }
        await first.run(until: AsyncStream { $0.yield(.stop) })
        clean()
    }

    @Test("an engine that can lose events is refused unless it is allowed")
    func unsafe() async throws {
        let url = "sqlite:\(database)?synchronous=normal"
        await #expect {
            _ = try await start(settings(url: url))
        } throws: {
            "\($0)".contains("database.allow_unsafe")
        }
        let allowed = try await start(settings(["--database.allow_unsafe"], url: url))
        await allowed.run(until: AsyncStream { $0.yield(.stop) })
        clean()
    }
}
