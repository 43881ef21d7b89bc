import Foundation
import Logging
import Synchronization
import Testing
import Values

@testable import Observability

@Suite("Log lines")
struct LogTests {
    private static let hostile = "a\nFAKE \u{1B}[31mred\u{7F}\u{85}\u{2028}\u{202E}\"q\" \\ \u{0}é"

    private func line(
        _ message: String, _ metadata: Logger.Metadata = [:], as format: LogFormat
    ) throws -> String {
        let time = try #require(Timestamp("2026-11-21T03:00:00"))
        return LogLine(
            time: time, level: .info, label: "annals", message: message, metadata: metadata
        ).written(as: format)
    }

    @Test("a text line has the time in UTC, the level, the message, and the request first")
    func text() throws {
        let line = try line(
            "done", ["a": "1", "request": "req-1", "z": "two words", "e": ""], as: .text)
        #expect(
            line
                == "2026-11-21T03:00:00.000000Z info done request=req-1 a=1 e=\"\" z=\"two words\"\n"
        )
    }

    @Test("a JSON line is one object with the same facts")
    func json() throws {
        let line = try line("done", ["a": ["1", "2"], "b": ["k": "v"], "level": "x"], as: .json)
        #expect(
            line == "{\"time\":\"2026-11-21T03:00:00.000000Z\",\"level\":\"info\","
                + "\"logger\":\"annals\",\"message\":\"done\",\"a\":[\"1\",\"2\"],"
                + "\"b\":{\"k\":\"v\"},\"_level\":\"x\"}\n")
    }

    @Test(
        "whatever a client sends stays on its line and moves no terminal",
        arguments: LogFormat.allCases)
    func injection(format: LogFormat) throws {
        let hostile = Self.hostile
        let line = try line(hostile, ["path": "\(hostile)", "k\ney": "v"], as: format)
        #expect(line.hasSuffix("\n"))
        let unsafe = line.dropLast().unicodeScalars.filter(LogEscape.isUnsafe)
        #expect(unsafe.isEmpty)
        #expect(line.contains("é"))
    }

    @Test("a JSON line gives back what was logged")
    func roundTrip() throws {
        let line = try line(Self.hostile, as: .json)
        let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(object["message"] == Self.hostile)
    }

    @Test("swift-log's metadata of the logger, of the line and the error arrive together")
    func handler() {
        let lines = Mutex<[String]>([])
        var logger = Logger(label: "annals") { label in
            LogOutput(label: label, level: .info, format: .text) { line in
                lines.withLock { $0.append(line) }
            }
        }
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "b"] = "logger"
        logger.info("hello", metadata: ["b": "line"])
        logger.debug("too quiet")
        let written = lines.withLock { $0 }
        #expect(written.count == 1)
        #expect(written.first?.hasSuffix(" info hello a=logger b=line\n") == true)
    }

    @Test(
        "facts become JSON",
        arguments: [
            (FactValue.group([]), "{}"), (.list([]), "[]"), (.missing, "null"),
            (.number(1.5), "1.5"), (.number(.nan), "null"), (.flag(true), "true"),
            (.group([Fact("b", 1), Fact("a", .list(["x", 2]))]), #"{"b":1,"a":["x",2]}"#),
        ])
    func facts(value: FactValue, written: String) {
        #expect(FactJSON.line(value) == written)
    }
}
