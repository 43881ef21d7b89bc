import StorageConformance
import Testing

@testable import Spool

@Suite("What the spool sets aside")
struct SetAsideTests {
    private let place: Place

    init() throws {
        place = try Place()
        try SpoolDirectory.make(place.path)
    }

    private func damage(_ text: String) -> DamagedPlace {
        DamagedPlace(segment: 1, offset: 4096, bytes: Array(text.utf8))
    }

    private var contents: [String] {
        get throws {
            try place.files.map { String(decoding: try place.contents($0), as: UTF8.self) }.sorted()
        }
    }

    @Test("is never written over, also where a later file has the same number")
    func sameName() throws {
        for text in ["one", "another", "third"] {
            var setAside = try SetAside(place.path)
            try setAside.keep(damage(text))
        }
        #expect(try contents == ["another", "one", "third"])
        #expect(try SetAside(place.path).bytes == 15)
    }

    @Test("is kept once, although a crash has it set aside again")
    func again() throws {
        var setAside = try SetAside(place.path)
        for text in ["one", "another", "one", "another"] { try setAside.keep(damage(text)) }
        #expect(try contents == ["another", "one"])
        #expect(setAside.bytes == 10)
    }

    @Test("a file that a crash has cut short stays, and the whole of it comes beside it")
    func cutShort() throws {
        var setAside = try SetAside(place.path)
        try setAside.keep(damage("whole"))
        let name = try #require(try place.files.first)
        try place.replace(name, by: Array("who".utf8))
        setAside = try SetAside(place.path)
        try setAside.keep(damage("whole"))
        #expect(try contents == ["who", "whole"])
    }

    @Test("events are written once, although what came after them failed")
    func linesAgain() throws {
        var setAside = try SetAside(place.path)
        let lines = ["a", "b"].map { Array($0.utf8) }
        try setAside.keep(lines, as: .conflict)
        try setAside.keep(lines, as: .conflict)
        try setAside.keep([Array("bb".utf8)], as: .conflict)
        try setAside.keep([Array("b".utf8)], as: .conflict)
        #expect(try contents == ["a\nb\nbb\nb\n"])
        #expect(setAside.bytes == 9)
    }

    @Test("segments that could not be read are kept beside each other")
    func unreadable() throws {
        var setAside = try SetAside(place.path)
        for text in ["one", "another"] {
            try place.replace(SegmentFormat.name(1), by: Array(text.utf8))
            setAside.adopt(place.path + "/" + SegmentFormat.name(1))
        }
        #expect(try contents == ["another", "one"])
        #expect(try place.segments == [])
        #expect(try SetAside(place.path).bytes == setAside.bytes)
    }
}
