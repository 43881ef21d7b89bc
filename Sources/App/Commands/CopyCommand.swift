import ArgumentParser
import EventCopy
import EventStore
import Foundation
import Glibc
import Observability
import SQLiteStorage
import Values

/// `annals copy`: every event of another store, or of Panko, into a store.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy all events from another store, or from Panko's database, and compare.",
        discussion: """
            Ends are URLs as in database.url; panko+ before a source's URL reads Panko's database, \
            as in panko+mysql://panko@host/panko. On the command line everybody on the machine can \
            read a password: give files, or COPY_FROM (a URL), COPY_FROM_PASSWORD and \
            ANNALS_DATABASE_PASSWORD in the environment.

            Copying again does no harm: what is there already is a duplicate. A copy that was \
            stopped goes on where it ended when the same command is given. Status 0 only where \
            every event was read back from the target and is as it is in the source.
            """)

    @Option(
        help: ArgumentHelp(
            "Where events are copied from; only read. Without it: COPY_FROM of the environment.",
            valueName: "url"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "Where they are copied to. Without it: database.url of the settings.",
            valueName: "url"))
    var to: String?

    @Option(help: ArgumentHelp("Its first line is the source's password.", valueName: "file"))
    var fromPasswordFile: String?

    @Option(help: ArgumentHelp("Its first line is the target's password.", valueName: "file"))
    var toPasswordFile: String?

    @Option(
        help: ArgumentHelp(
            "Remembers how far the copy came. Without it: annals-copy-....json here.",
            valueName: "file"))
    var state: String?

    @Flag(help: "Do not go on where an earlier copy ended: look at every event again.")
    var fromStart = false

    @Flag(help: "Copy nothing: only compare.")
    var verifyOnly = false

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        _ = try options.read()
        for (option, url) in [("--from", from), ("--to", to)]
        where CopyEndpoint.showsPassword(url ?? "") {
            Failure.say(
                "the password in \(option) can be read in the list of processes; "
                    + "use \(option)-password-file.")
        }
        let (source, target) = try Failure.reporting { () throws(SettingsError) in try ends() }
        let report: CopyReport
        do {
            report = try await copy(from: source, to: target)
        } catch {
            throw Failure.reported(error)
        }
        for line in report.lines { print(line) }
        if !report.isVerified { throw Failure.failed }
    }

    private func ends() throws(SettingsError) -> (source: CopyEndpoint, target: CopyEndpoint) {
        let environment = ProcessInfo.processInfo.environment
        // Without a URL it would be the store of the settings, as for the target.
        let source = try CopyEndpoint(
            CopyEndpoint.Description(
                option: "--from", url: from ?? environment["COPY_FROM"] ?? "",
                passwordFile: fromPasswordFile, password: environment["COPY_FROM_PASSWORD"]),
            settings: SettingsSources())
        let target = try CopyEndpoint(
            CopyEndpoint.Description(option: "--to", url: to, passwordFile: toPasswordFile),
            settings: options.sources)
        guard target.kind == .store else {
            throw SettingsError(["--to: Panko's database is only read."])
        }
        guard source.kind == .panko || source.database.url != target.database.url else {
            throw SettingsError(["--from and --to are the same store."])
        }
        return (source, target)
    }

    private func copy(
        from source: CopyEndpoint, to target: CopyEndpoint
    ) async throws -> CopyReport {
        let opened = try OpenedSource(source)
        // One process takes events in: on SQLite that is this one for as long as it copies.
        let store = try OpenedStore(target.database, as: verifyOnly ? .beside : .serving)
        if !verifyOnly,
            let reason = try store.requireDurability(
                of: await store.storage.status(), target.database)
        {
            throw CopyFailure("the target cannot be written yet: \(reason)")
        }
        let signals = ProcessSignals()
        let stop = StopRequest()
        let run = CopyRun(
            from: opened.source, to: store.storage,
            file: CopyStateFile(path: state, from: source.shownURL, to: target.shownURL),
            style: isatty(STDERR_FILENO) == 1 ? .bar : .lines, stop: stop,
            write: StandardError.write)
        let scope: CopyRun.Scope = verifyOnly ? .comparison : .everything
        let work = Task { [fromStart] in try await run.run(scope, startsAnew: fromStart) }
        let listening = Task { [stream = signals.stream] in
            for await signal in stream where signal == .stop {
                if stop.isMade { work.cancel() }
                stop.make()
                Failure.say("stopping after this page; once more stops at once")
            }
        }
        let result = await work.result
        signals.stop()
        await listening.value
        await opened.close()
        await store.close()
        return try result.get()
    }
}
