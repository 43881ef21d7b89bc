import Foundation
import HTTP
import JSON
import OpenSSL
import Synchronization
import Testing

@testable import API

/// Written of Ceilometer's own signatures; Tests/clients compares with its code.
@Suite("Signatures of events")
struct SignatureTests {
    private static let secret = "s3cr3t"

    @Test("the recorded texts and signatures are found again")
    func vectors() throws {
        var count = 0
        try JSONDocument.read(try Fixture.bytes("hmac-vectors.json")) {
            (document) throws(JSONError) in
            #expect(document.beginArray())
            while case .value(let vector)? = try document.nextElement() {
                count += 1
                var texts: [String: String] = [:]
                var message: JSONNode?
                for (name, value) in document.members(of: vector) {
                    if document.isText(name, "message") { message = value }
                    guard document.kind(of: value) == .string else { continue }
                    texts[document.text(of: name)] = document.text(of: value)
                }
                guard let message else { continue }
                let text = SignedText(of: message, in: document)
                #expect(String(decoding: text.bytes, as: UTF8.self) == texts["hmac_input"])
                let key = Array((texts["secret"] ?? "").utf8)
                #expect(hex(HMACSHA256.code(for: text.bytes, key: key)) == texts["signature"])
            }
        }
        #expect(count == 6)
    }

    @Test("what Ceilometer signed is taken, and nothing of it when one byte is another")
    func recorded() async throws {
        let house = Self.house(.required)
        let body = try Fixture.bytes("events-50.notifier-signed.ndjson")
        let answer = await house.post(body, type: "application/x-ndjson")
        #expect(answer.json["accepted"]?.number == 50)
        let text = String(decoding: body, as: UTF8.self)
        let changed = text.replacing("\"traits\": [[\"service\"", with: "\"traits\": [[\"servicE\"")
        #expect(changed != text)
        let refused = await Self.house(.required).post(
            Array(changed.utf8), type: "application/x-ndjson")
        #expect(refused.status == .badRequest)
        #expect(refused.json["rejected"]?.number == 50)
    }

    @Test(
        "each demand takes what it should",
        arguments: MessageSignatures.Demand.allCases, Signature.allCases)
    func demands(demand: MessageSignatures.Demand, signature: Signature) async throws {
        let answer = await Self.house(demand).post("[\(Self.event(signature))]")
        let code = answer.json["items"]?.elements.first?["code"]?.text
        let isMissing = [.none, .empty, .null].contains(signature)
        let fault = isMissing ? "unsigned" : "bad_signature"
        switch (demand, signature) {
        case (_, .good):
            #expect(answer.json["accepted"]?.number == 1)
            #expect(code == nil)
        case (.optional, _) where isMissing:
            #expect(answer.json["accepted"]?.number == 1)
            #expect(code == nil)
        case (.marked, _):
            #expect(answer.json["accepted"]?.number == 1)
            #expect(code == fault)
        default:
            #expect(answer.status == .badRequest)
            #expect(code == fault)
            #expect(answer.json["items"]?.elements.first?["message_id"]?.text == "m")
        }
    }

    @Test("without a secret no signature matters", arguments: Signature.allCases)
    func noSecret(signature: Signature) async throws {
        let answer = await House().post("[\(Self.event(signature))]")
        #expect(answer.json["accepted"]?.number == 1)
    }

    @Test("signed or not, it is the same event")
    func duplicate() async throws {
        let house = Self.house(.marked)
        for (signature, member) in [(Signature.good, "accepted"), (.none, "duplicates")] {
            let answer = await house.post("[\(Self.event(signature))]")
            #expect(answer.json[member]?.number == 1)
        }
    }

    @Test("a signature that is only marked leaves a line in the log, a few a minute with a count")
    func marks() async throws {
        let clock = Mutex(ContinuousClock.now)
        let told = Mutex<[SignatureMarks.Mark]>([])
        let marks = SignatureMarks(now: { clock.withLock { $0 } }) { mark in
            told.withLock { $0.append(mark) }
        }
        let house = Self.house(.marked, marks)
        for signature in [Signature.good, .none, .otherSecret, .short, .number, .null] {
            // All but the first are duplicates, whose code in the answer is another one.
            _ = await house.post("[\(Self.event(signature))]")
        }
        #expect(told.withLock { $0.map(\.verdict) } == ["unsigned", "invalid", "invalid"])
        #expect(told.withLock { $0.map(\.untold) } == [0, 0, 0])
        clock.withLock { $0 += .seconds(60) }
        _ = await house.post("[\(Self.event(.none))]")
        #expect(
            told.withLock { $0.last }
                == SignatureMarks.Mark(messageID: "m", verdict: "unsigned", untold: 2))
    }

    @Test("nothing is marked where what does not hold is refused")
    func noMarks() async throws {
        let marks = SignatureMarks { Issue.record("\($0)") }
        for signature in [Signature.good, .otherSecret, .none] {
            _ = await Self.house(.required, marks).post("[\(Self.event(signature))]")
        }
    }

    @Test("half of a surrogate pair cannot have been signed, not even as what it is kept as")
    func surrogate() async throws {
        let kept = Self.event(.good, raw: "{\"a\": \"\u{FFFD}\"}")
        let sent = kept.replacing("\u{FFFD}", with: "\\ud800")
        let house = Self.house(.required)
        #expect(await house.post("[\(sent)]").status == .badRequest)
        #expect(await house.post("[\(kept)]").status == .ok)
    }

    /// `compute_signature` of Ceilometer 27.0 takes `{"raw": {"\ud800": {}}}`: it never meets the name.
    @Test("half of a surrogate pair harms nothing where it is not signed")
    func unsignedSurrogate() async throws {
        func sent(_ raw: String) -> String {
            "[\(Self.event(.good).replacing("\"raw\": {}", with: "\"raw\": \(raw)"))]"
        }
        let house = Self.house(.required)
        #expect(await house.post(sent(#"{"\ud800": {}}"#)).status == .ok)
        #expect(await house.post(sent(#"{"\ud800": {"b": {}}, "a": {}}"#)).status == .ok)
        #expect(await house.post(sent(#"{"\ud800": []}"#)).status == .badRequest)
        #expect(await house.post(sent(#"{"\ud800": {"b": 1}}"#)).status == .badRequest)
    }

    enum Signature: CaseIterable {
        case none, null, empty, good, upperCase, short, otherSecret, number, list
    }

    private static func house(
        _ demand: MessageSignatures.Demand, _ marks: SignatureMarks? = nil
    ) -> House {
        let signatures = MessageSignatures(demand, marks: marks) { text, code in
            ConstantTime.areEqual(
                HMACSHA256.code(for: text, key: Array(secret.utf8)), code)
        }
        return House(settings: APISettings(ingest: IngestLimits(signatures: signatures)))
    }

    private static func event(_ signature: Signature, raw: String = "{}") -> String {
        // The text that is signed, as Python would put it together for this one event.
        let inRaw = raw == "{}" ? "" : "raw:a\u{FFFD}"
        let text = "event_typetgenerated2026-01-01T00:00:00message_idm\(inRaw)traits[]"
        let good = hex(HMACSHA256.code(for: Array(text.utf8), key: Array(secret.utf8)))
        let other = hex(HMACSHA256.code(for: Array(text.utf8), key: Array("other".utf8)))
        let member =
            switch signature {
            case .none: ""
            case .null: #", "message_signature": null"#
            case .empty: #", "message_signature": """#
            case .good: ", \"message_signature\": \"\(good)\""
            case .upperCase: ", \"message_signature\": \"\(good.uppercased())\""
            case .short: ", \"message_signature\": \"\(good.dropLast(2))\""
            case .otherSecret: ", \"message_signature\": \"\(other)\""
            case .number: #", "message_signature": 5"#
            case .list: ", \"message_signature\": [\"\(good)\"]"
            }
        return """
            {"message_id": "m", "event_type": "t", "generated": "2026-01-01T00:00:00",
             "traits": [], "raw": \(raw)\(member)}
            """
    }
}

private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
