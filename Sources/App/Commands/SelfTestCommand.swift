import ArgumentParser
import EventStore
import SQLiteStorage

/// `annals selftest`: whether an acknowledgement on this machine would keep its promise.
struct SelfTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "Check the store, its disk, the clock and the certificate.",
        discussion: """
            Prints a line for each check. Status 1 where one fails. The event it writes goes to a \
            scratch database beside the store, which is deleted again.
            """)

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.read()
        let findings = await SelfTest(settings).findings()
        let width = findings.map(\.name.count).max() ?? 0
        for finding in findings {
            let name = finding.name + String(repeating: " ", count: width - finding.name.count)
            print("\(finding.isGood ? "ok  " : "FAIL")  \(name)  \(finding.detail)")
        }
        if !findings.allSatisfy(\.isGood) { throw Failure.failed }
    }
}
