import ArgumentParser
import EventStore
import Listener
import Logging
import Metrics
import Observability
import SQLiteStorage

/// `annals serve`: runs the service until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the service.", discussion: SettingsHelp.text)

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.read()
        try Failure.reporting { () throws(SettingsError) in try settings.checkForServing() }
        let registry = MetricsRegistry(help: MetricHelp.sentences)
        MetricsSystem.bootstrap(PrometheusFactory(registry: registry))
        // Signals are ours before anybody can connect.
        let signals = ProcessSignals()
        let service: RunningService
        do {
            service = try await RunningService.start(
                settings, registry: registry, logger: Logger(label: "annals"))
        } catch {
            throw Failure.reported(error)
        }
        await service.run(until: signals.stream)
        signals.stop()
    }
}
