import ArgumentParser
import Foundation
import Identity

/// `annals policy check`: would this caller pass?
struct PolicyCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell whether a caller passes a rule.",
        discussion: """
            Prints `allowed` or `denied`; exit status 0 only where he is allowed. Without --rule it \
            prints the answer of every rule. What looks like a mistake in the rules goes to stderr.

            With --cases FILE (- is standard input) each line is one question as a JSON object, \
            {"rule": "segregation", "credentials": {"roles": ["admin"]}, "target": {}}, and gets one \
            line of answer; the status is 0.
            """)

    @Option(help: ArgumentHelp("The rule, such as telemetry:events:index.", valueName: "name"))
    var rule: String?

    @Option(help: ArgumentHelp("The caller's roles, with commas between.", valueName: "names"))
    var roles: String = ""

    @Option(help: ArgumentHelp("The caller's project.", valueName: "id"))
    var project: String?

    @Option(help: ArgumentHelp("The caller's user id.", valueName: "id"))
    var user: String?

    @Option(help: ArgumentHelp("The domain that the caller acts for.", valueName: "id"))
    var domain: String?

    @Option(help: ArgumentHelp("`all`: the caller acts for the whole system.", valueName: "all"))
    var systemScope: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether the caller's project is the one for administration, as Keystone says.")
    var adminProject = true

    @Flag(help: "The caller as auth.strategies none takes him: nothing of it was checked.")
    var unchecked = false

    @Option(help: ArgumentHelp("An attribute of the target; repeat it.", valueName: "name=value"))
    var target: [String] = []

    @Option(help: ArgumentHelp("A file of questions, one on each line.", valueName: "file"))
    var cases: String?

    @OptionGroup var options: SettingsOptions

    func validate() throws {
        guard [nil, "all"].contains(systemScope) else {
            throw ValidationError("--system-scope can only be `all`.")
        }
        guard target.allSatisfy({ $0.contains("=") }) else {
            throw ValidationError("--target must be name=value.")
        }
        guard cases == nil || rule == nil else {
            throw ValidationError("--cases has the rules; leave --rule out.")
        }
    }

    func run() async throws {
        let rules = try options.read().policyRules()
        for problem in rules.problems { Failure.say(problem) }
        if let cases {
            try answer(cases, by: rules)
        } else if let rule {
            let decision = rules.decide(rule, for: caller.credentials, on: targetValue)
            print(decision.line)
            if decision != .allowed { throw Failure.failed }
        } else {
            for rule in rules.rules {
                let decision = rules.decide(rule.name, for: caller.credentials, on: targetValue)
                print("\(rule.name): \(decision.line)")
            }
        }
    }

    private var caller: Identity {
        Identity(
            roles: roles.split(separator: ",").map(String.init), userID: user, projectID: project,
            isSystemScoped: systemScope != nil, domainID: domain, isAdminProject: adminProject,
            isUnchecked: unchecked)
    }

    private var targetValue: PolicyValue {
        .object(
            target.map { pair in
                let name = pair.prefix { $0 != "=" }
                return PolicyValue.Member(
                    String(name), .text(String(pair.dropFirst(name.count + 1))))
            })
    }

    private func answer(_ path: String, by rules: PolicyRules) throws {
        let data =
            path == "-"
            ? FileHandle.standardInput.readDataToEndOfFile()
            : FileManager.default.contents(atPath: path)
        guard let data, let text = String(validating: data, as: UTF8.self) else {
            Failure.say("\(path) cannot be read as UTF-8.")
            throw Failure.failed
        }
        for (index, line) in text.split(separator: "\n").enumerated() {
            guard let question = try? PolicyValue(json: String(line)),
                case .text(let rule) = question.member("rule")
            else {
                Failure.say("line \(index + 1) is no JSON object with a `rule`.")
                throw Failure.failed
            }
            let decision = rules.decide(
                rule, for: question.member("credentials") ?? .nothing,
                on: question.member("target") ?? .nothing)
            print(decision.line)
        }
    }
}

extension PolicyRules.Decision {
    fileprivate var line: String {
        switch self {
        case .allowed: "allowed"
        case .denied: "denied"
        case .failed(let reason): "denied: \(reason)"
        }
    }
}
