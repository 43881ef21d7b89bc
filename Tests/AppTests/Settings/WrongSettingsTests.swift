import Testing

@testable import App

@Suite("Wrong settings")
struct WrongSettingsTests {
    @Test(
        "are named with their key, their source and what is allowed",
        arguments: [
            (["--listen.port", "99999"], "listen.port (command line): `99999`", "from 0 to 65535"),
            (["--listen.port", "http"], "listen.port (command line): `http`", "a whole number"),
            (["--listen.address", "localhost"], "listen.address", "a numeric address"),
            (["--listen.address", "300.0.0.1"], "listen.address", "a numeric address"),
            (["--tls.enabled", "maybe"], "tls.enabled", "true or false"),
            (["--auth.strategies", "magic"], "auth.strategies", "a list of none"),
            (["--log.level", "loud"], "log.level", "one of trace, debug, info"),
            (["--events.time_to_live", "30 days"], "events.time_to_live", "or `off`"),
            (["--events.time_to_live", "0"], "events.time_to_live", "from 1s to"),
            (["--events.time_to_live_by_type", "a"], "events.time_to_live_by_type", "TYPE=off"),
            (["--events.time_to_live_by_type", "a=1d,a=2d"], "by_type", "TYPE=DURATION"),
            (["--ingest.maximum_body", "16MB"], "ingest.maximum_body", "16MiB"),
            (["--ingest.maximum_body", "9223372036854775807KiB"], "ingest.maximum_body", "1GiB"),
            (
                ["--database.url", "oracle://h/d"], "database.url",
                "(drivers: sqlite, postgresql, mysql)"
            ),
            (["--database.url", "mysql://h/d"], "database.url (command line)", "names no user"),
            (["--database.url", "postgresql://h/d?colour=red"], "database.url", "colour"),
            (["--database.partitions", "hour"], "database.partitions", "day, week, month, none"),
            (["--database.password_file", "/nowhere"], "database.password_file", "/nowhere"),
            (["--database.url", "sqlite://host/d"], "database.url", "sqlite:///absolute/path"),
            (["--api.default_limit"], "--api.default_limit (command line) needs a value", "from 1"),
        ])
    func values(arguments: [String], key: String, allowed: String) {
        let message = problems(SettingsSources(arguments: arguments))
        #expect(message.contains(key))
        #expect(message.contains(allowed))
    }

    @Test(
        "a secret on the command line is refused, and not shown",
        arguments: [
            "database.password", "keystone.password", "keystone.application_credential_secret",
            "ingest.telemetry_secret",
        ])
    func secrets(key: String) {
        for words in [["--\(key)", "hunter2"], ["--\(key)=hunter2"]] {
            let message = problems(SettingsSources(arguments: words))
            #expect(message.contains("--\(key) (command line) can be read there by everybody"))
            #expect(message.contains("ANNALS_\(key.uppercased().replacing(".", with: "_"))"))
            #expect(message.contains("--\(key)_file"))
            #expect(!message.contains("hunter2"))
        }
    }

    @Test("the environment and the file are named, too")
    func sources() throws {
        let file = try TemporaryFile("api:\n  maximum_filters: many\n")
        let message = problems(
            SettingsSources(file: file.path, environment: ["ANNALS_LISTEN_PORT": "x"]))
        #expect(message.contains("listen.port (environment, ANNALS_LISTEN_PORT): `x`"))
        #expect(message.contains("api.maximum_filters (\(file.path)): `many`"))
    }

    @Test("unknown keys stop the start, wherever they stand, and the nearest known one is named")
    func unknown() throws {
        let file = try TemporaryFile("listen:\n  prt: 1\nstorage:\n  url: x\n")
        let message = problems(
            SettingsSources(
                file: file.path,
                environment: ["ANNALS_TLS_ENABLE": "1", "OTHER_THING": "1"],
                arguments: ["--lisen.address", "::1", "--quickly"]))
        #expect(message.contains("listen.prt (\(file.path)) is not a setting. Did you mean"))
        #expect(message.contains("listen.port?"))
        #expect(message.contains("storage.url (\(file.path)) is not a setting."))
        #expect(message.contains("Did you mean ANNALS_TLS_ENABLED?"))
        #expect(message.contains("Did you mean --listen.address?"))
        #expect(message.contains("--quickly (command line) is not a setting."))
        #expect(!message.contains("OTHER_THING"))
        #expect(!message.contains("::1 (command line)"))
    }

    @Test(
        "what stands in the wrong place is named",
        arguments: [
            (["--listen.port", "1", "2"], "2 (command line) belongs to no setting."),
            (["--listen.port", "1", "--listen.port=2"], "is given twice"),
        ])
    func shape(arguments: [String], sentence: String) {
        #expect(problems(SettingsSources(arguments: arguments)).contains(sentence))
    }

    @Test(
        "a file that is no settings file is refused",
        arguments: ["just a text", "- a\n- b\n", "listen: {port: 1", "a:\n  b: 1\n  b: 2\n"])
    func files(text: String) throws {
        let file = try TemporaryFile(text)
        #expect(problems(SettingsSources(file: file.path)).contains(file.path))
    }

    @Test("a file that is not there is named")
    func missing() {
        let message = problems(SettingsSources(file: "/nowhere/annals.yaml"))
        #expect(message == "The settings file /nowhere/annals.yaml cannot be read.")
    }

    @Test(
        "a password in a URL is not repeated",
        arguments: [
            "oracle://u:hunter2@h/d", "mysql://u:hunter2@h", "mysql://u:hun%zz@hunter2/d",
            "postgresql://u:hunter2@[h/d", "postgresql://u:hunter2@h/d?colour=red",
            "postgresql://h/d?password=hunter2&colour=red", "mysql://u:hunter2@h/d?tls=perhaps",
        ])
    func secret(url: String) {
        let message = problems(SettingsSources(environment: ["ANNALS_DATABASE_URL": url]))
        #expect(message.contains("database.url (environment, ANNALS_DATABASE_URL)"))
        #expect(!message.contains("hunter2"))
    }

    @Test(
        "what does not fit together is refused",
        arguments: [
            (["--tls.certificate", "a.pem"], "tls.certificate and tls.key belong together"),
            (["--tls.client_required"], "needs tls.client_ca"),
            (["--auth.strategies", "basic"], "basic.password_file and basic.user_file"),
            (["--auth.strategies", "certificate"], "needs certificate.user_file"),
            (["--auth.strategies", "certificate"], "needs tls.enabled and tls.client_ca"),
            (["--auth.strategies", "basic,hmac"], "which needs hmac.key_file"),
            (["--auth.strategies", "none,basic"], "no other strategy may stand beside it"),
            (["--api.maximum_limit", "10"], "api.default_limit (100) is above"),
            (["--ingest.maximum_decompressed", "2MiB"], "ingest.maximum_event is above"),
            (["--ingest.signatures", "required"], "needs ingest.telemetry_secret"),
            (["--ingest.signatures", "marked"], "needs ingest.telemetry_secret"),
        ])
    func contradictions(arguments: [String], sentence: String) {
        #expect(problems(SettingsSources(arguments: arguments)).contains(sentence))
    }

    @Test(
        "a service that other machines reach needs a certificate and an identity",
        arguments: [
            (["--listen.address", "0.0.0.0"], ["auth.strategies none", "tls.certificate"]),
            (["--listen.address", "::", "--tls.enabled=false"], ["auth.strategies none"]),
            (["--listen.address", "10.0.0.1", "--auth.allow_insecure"], ["tls.certificate"]),
            (["--listen.address", "::1"], []),
            (["--listen.address", "127.9.9.9"], []),
            (
                [
                    "--listen.address", "0.0.0.0", "--auth.allow_insecure", "--tls.certificate=a",
                    "--tls.key=b",
                ], []
            ),
        ])
    func serving(arguments: [String], named: [String]) throws {
        let settings = try Settings(from: SettingsSources(arguments: arguments))
        let message: String
        do throws(SettingsError) {
            try settings.checkForServing()
            message = ""
        } catch {
            message = error.description
        }
        #expect(message.isEmpty == named.isEmpty)
        for part in named { #expect(message.contains(part)) }
    }

    private func problems(_ sources: SettingsSources) -> String {
        do throws(SettingsError) {
            _ = try Settings(from: sources)
            return ""
        } catch {
            return error.description
        }
    }
}
