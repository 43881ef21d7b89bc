import ArgumentParser
import Foundation
import Glibc
import HTTPClient
import Observability

/// `annals send`: events from a file to a server.
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Publish events from a file to an Annals.",
        discussion: """
            The file holds an array of events, one event, or one on each line; CloudEvents and CADF \
            documents will do as well. Sending again does no harm: what is stored counts as there \
            already. While the server is away or busy it is tried again.

            Secrets are in files or in the environment: SEND_PASSWORD, SEND_SIGNING_SECRET, and \
            OS_TOKEN, a token of Keystone that is used where there is neither --user nor a signing \
            secret. SEND_URL stands in for --url.

            Status 0 where every event is stored now; 1 where one was not sent, or rejected, or in \
            conflict with another one that has its message_id.
            """)

    @Argument(help: "The file; - reads the standard input.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "The server; without a path its /v2/events.", valueName: "https://host:port"))
    var url: String?

    @Option(help: ArgumentHelp("Whom to trust instead of the system's.", valueName: "PEM file"))
    var ca: String?

    @Option(help: ArgumentHelp("The client certificate to show.", valueName: "PEM file"))
    var certificate: String?

    @Option(help: ArgumentHelp("Its key, where it is in a file of its own.", valueName: "PEM file"))
    var key: String?

    @Option(help: ArgumentHelp("The user for HTTP Basic.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("Its first line is the user's password.", valueName: "file"))
    var passwordFile: String?

    @Option(
        help: ArgumentHelp(
            "Its first line signs every request (X-Signature).", valueName: "file"))
    var signingSecretFile: String?

    @Option(help: ArgumentHelp("Which signing secret that is.", valueName: "name"))
    var keyId: String?

    @Option(help: ArgumentHelp("Most events of one request.", valueName: "number"))
    var batchEvents = 1000

    @Option(help: ArgumentHelp("Requests under way at a time.", valueName: "number"))
    var parallel = 4

    @Option(help: ArgumentHelp("How long one request may take.", valueName: "seconds"))
    var timeout = 60

    @Option(
        help: ArgumentHelp("How long to try again before giving up.", valueName: "seconds"))
    var giveUpAfter = 300

    @Flag(help: "Print the summary as one line of JSON.")
    var json = false

    func validate() throws {
        for (option, value, most) in [
            ("--batch-events", batchEvents, 100_000), ("--parallel", parallel, 64),
            ("--timeout", timeout, 86_400), ("--give-up-after", giveUpAfter + 1, 86_401),
        ] where !(1...most).contains(value) {
            throw ValidationError("\(option) is not a number that makes sense here.")
        }
    }

    func run() async throws {
        let options = try Failure.reporting { () throws(SettingsError) in try self.options() }
        for warning in options.warnings { Failure.say(warning) }
        let run: SendRun
        let source: BatchSource
        let stop = StopRequest()
        do {
            let reader = try InputReader(file)
            source = BatchSource(reader, BatchSource.Limits(events: batchEvents))
            run = try makeRun(options, stop)
        } catch let error as SendFailure {
            Failure.say(error.reason)
            throw Failure.failed
        }
        let report = await finish(run, source, stop)
        if json {
            print(report.json)
        } else {
            for line in report.lines { print(line) }
        }
        if !report.isGood { throw Failure.failed }
    }

    private func options() throws(SettingsError) -> SendOptions {
        var words = SendOptions.Words()
        words.url = url
        words.user = user
        words.passwordFile = passwordFile
        words.signingSecretFile = signingSecretFile
        words.keyID = keyId
        words.authorities = ca
        words.certificate = certificate
        words.key = key
        words.environment = ProcessInfo.processInfo.environment
        var options = try SendOptions(words)
        options.transport.timeout = .seconds(timeout)
        options.transport.mostConnections = parallel
        return options
    }

    private func makeRun(_ options: SendOptions, _ stop: StopRequest) throws -> SendRun {
        let client: HTTPClient
        do throws(HTTPClientError) {
            client = try HTTPClient(options.transport)
        } catch {
            throw SendFailure(.refused, error.detail)
        }
        let isSigned = options.credentials.signingSecret != nil
        let patience = SendPatience(
            limit: .seconds(giveUpAfter),
            shortestPause: isSigned ? .milliseconds(1100) : .milliseconds(100))
        let sender = BatchSender(
            client, url: options.url, credentials: options.credentials, patience: patience,
            report: Failure.say)
        return SendRun(
            sender, parallel: parallel, stop: stop,
            style: isatty(STDERR_FILENO) == 1 ? .bar : .lines, write: StandardError.write)
    }

    private func finish(
        _ run: SendRun, _ source: BatchSource, _ stop: StopRequest
    ) async -> SendReport {
        let signals = ProcessSignals()
        let work = Task { await run.run(source) }
        let listening = Task { [stream = signals.stream] in
            for await signal in stream where signal == .stop {
                if stop.isMade { work.cancel() }
                stop.make()
                Failure.say("stopping after what is under way; once more stops at once")
            }
        }
        let report = await work.value
        signals.stop()
        await listening.value
        return report
    }
}
