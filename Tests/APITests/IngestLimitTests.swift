import API
import EventStore
import Foundation
import HTTP
import Testing
import Values

@Suite("Limits of what may be published")
struct IngestLimitTests {
    @Test("an event of the largest size is taken, one byte more is not")
    func eventSize() async {
        let size = 4000
        let limits = IngestLimits(eventBytes: size)
        let bare = Draft(id: "a", raw: #""""#).description.utf8.count
        for (extra, code) in [(0, nil), (1, "too_large")] {
            let raw = "\"" + String(repeating: "x", count: size - bare + extra) + "\""
            let house = House(settings: APISettings(ingest: limits))
            let answer = await house.post("[\(Draft(id: "a", raw: raw)), \(Draft(id: "b"))]")
            #expect(answer.status == .ok)
            #expect(answer.json["items"]?.elements.first?["code"]?.text == code)
        }
    }

    @Test("an event nests as deep as allowed, and no deeper")
    func depth() async {
        let house = House(settings: APISettings(ingest: IngestLimits(depth: 10)))
        for (levels, code) in [(9, nil), (10, "too_deep"), (100_000, "too_deep")] {
            let raw = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
            let body = "[\(Draft(id: "\(levels)", raw: raw)), \(Draft(id: "b\(levels)"))]"
            let answer = await house.post(body)
            #expect(answer.status == .ok)
            #expect(answer.json["items"]?.elements.first?["code"]?.text == code)
        }
        let single = await house.post(
            "\(Draft(raw: String(repeating: "[", count: 20) + String(repeating: "]", count: 20)))")
        #expect(single.status == .badRequest)
        #expect(single.json["items"]?.elements.first?["code"] == .text("too_deep"))
    }

    @Test("an event has as many traits as allowed, and no more")
    func traits() async {
        let house = House(settings: APISettings(ingest: IngestLimits(traits: 3)))
        for (count, code) in [(3, nil), (4, "too_large")] {
            let traits = (0..<count).map { #"["t\#($0)", 2, \#($0)]"# }.joined(separator: ",")
            let answer = await house.post("[\(Draft(id: "\(count)", traits: "[\(traits)]"))]")
            #expect(answer.json["items"]?.elements.first?["code"]?.text == code)
        }
    }

    @Test("a body beyond the limit is 413, be it as sent or unpacked")
    func body() async throws {
        let long = Array("\(Draft(raw: "\"\(String(repeating: "x", count: 1000))\""))".utf8)
        let strict = House(settings: APISettings(ingest: IngestLimits(bodyBytes: 1000)))
        #expect(await strict.post(long).status == .contentTooLarge)
        let house = House(settings: APISettings(ingest: IngestLimits(unpackedBytes: 2000)))
        #expect(await house.post(try packed(long), encoding: "gzip").status == .ok)
        let longer = Array(repeating: UInt8(ascii: " "), count: 5000) + long
        #expect(await house.post(try packed(longer), encoding: "gzip").status == .contentTooLarge)
    }

    @Test("a packed batch is unpacked")
    func gzip() async throws {
        let batch = try packed(Fixture.bytes("events-50.http-batch.json"))
        #expect(await House().post(batch, encoding: "gzip").json == .report(accepted: 50))
        #expect(await House().post(batch, encoding: "GZIP").json == .report(accepted: 50))
    }

    @Test("a broken packing is the client's mistake, and another packing is not known")
    func brokenGzip() async throws {
        let batch = try packed(Array("[]".utf8))
        for body in [[], Array("[]".utf8), Array(batch.dropLast()), batch + batch, batch + [0]] {
            let answer = await House().post(body, encoding: "gzip")
            #expect(answer.status == .badRequest)
            #expect(answer.faultString?.contains("unpacked") == true)
        }
        for encoding in ["br", "deflate", "gzip, gzip"] {
            let answer = await House().post(batch, encoding: encoding)
            #expect(answer.status == .unsupportedMediaType)
            #expect(answer.headers["Accept-Encoding"] == "gzip, identity")
        }
    }

    @Test(
        "a body that is no JSON is refused with the place",
        arguments: ["", "[", "{", #"{"a": }"#, "[{}", "[1, 2", "\u{FEFF}[]", "[]]"])
    func syntax(body: String) async {
        let house = House()
        let answer = await house.post(body)
        #expect(answer.status == .badRequest)
        #expect(answer.faultString?.hasPrefix("Request is not in valid JSON format") == true)
    }

    @Test("a batch that is broken at its end stores nothing")
    func brokenEnd() async {
        let house = House()
        #expect(await house.post("[\(Draft(id: "a")), {]").status == .badRequest)
        #expect(await house.get("/v2/events").messageIDs.isEmpty)
    }

    @Test(
        "a type of body that is not read here is 415",
        arguments: ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
    func mediaType(type: String) async {
        let answer = await House().post("[]", type: type)
        #expect(answer.status == .unsupportedMediaType)
        #expect(answer.faultString?.hasPrefix("Unknown mimetype: \(type)") == true)
    }

    @Test("a body without a type is taken for JSON")
    func noMediaType() async {
        let request = Request("POST", "/v2/events", body: Array("\(Draft())".utf8))
        #expect(await House().send(request).json == .report(accepted: 1))
    }

    @Test("an event older than events are kept is rejected")
    func tooOld() async throws {
        let house = House(cutoff: Timestamp("2025-01-01"))
        let old = Draft(id: "old", generated: "2024-12-31T23:59:59.999999")
        let edge = Draft(id: "edge", generated: "2025-01-01")
        let answer = await house.post("[\(old), \(edge)]")
        #expect(answer.json["accepted"]?.number == 1)
        #expect(answer.json["items"]?.elements.first?["code"] == .text("too_old"))
    }

    @Test(
        "a store that cannot write is 503, says when to come back, and tells nothing of itself",
        arguments: [
            StorageError.busy(detail: "secret"), .unavailable(detail: "secret"),
            .full(detail: "secret"), .failed(detail: "secret"),
            .timedOut(detail: "secret"), .cancelled,
        ])
    func storageFailure(error: StorageError) async {
        let house = House(recorder: BrokenRecorder(error: error))
        let answer = await house.post("\(Draft())")
        #expect(answer.status == .unavailable)
        #expect(!answer.text.contains("secret"))
        if error != .cancelled, error.label != "timed_out" {
            #expect(answer.headers["Retry-After"] != nil)
        }
    }

    private func packed(_ bytes: [UInt8]) throws -> [UInt8] {
        try Gzip.stored(bytes)
    }
}

struct BrokenRecorder: EventRecorder {
    let error: StorageError

    func take(
        _ events: [IncomingEvent], arrived: ContinuousClock.Instant
    ) async throws(StorageError) -> EventReceipt {
        throw error
    }
}

extension House {
    func post(_ body: [UInt8], encoding: String) async -> Answer {
        await post(body, headers: ["Content-Encoding": encoding])
    }
}

/// Packs without compressing: what a test needs of gzip (RFC 1951 section 3.2.4, RFC 1952).
enum Gzip {
    static func stored(_ bytes: [UInt8]) throws -> [UInt8] {
        var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(0xFFFF)
            rest = rest.dropFirst(block.count)
            packed.append(rest.isEmpty ? 1 : 0)
            packed += littleEndian(UInt16(block.count)) + littleEndian(~UInt16(block.count))
            packed += block
        } while !rest.isEmpty
        return packed + littleEndian(checksum(bytes)) + littleEndian(UInt32(bytes.count))
    }

    private static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
