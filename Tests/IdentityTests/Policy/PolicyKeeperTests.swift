import Foundation
import Identity
import Logging
import TestSupport
import Testing

@Suite("Rules that change while the service runs")
struct PolicyKeeperTests {
    private let scratch: Scratch
    private let keeper: PolicyKeeper

    init() throws {
        scratch = try Scratch()
        try scratch.write("it: role:old", to: "policy.yaml")
        keeper = try PolicyKeeper(
            file: scratch.path("policy.yaml"), directory: scratch.path("policy.d"),
            logger: Logger(label: "test"))
    }

    private func passes(_ role: String) -> Bool {
        keeper.rules.decide("it", for: Identity(roles: [role]).credentials) == .allowed
    }

    @Test("a file that has changed is taken up once it stands still")
    func change() throws {
        #expect(passes("old"))
        try scratch.write("it: role:ne", to: "policy.yaml")
        keeper.refresh()
        #expect(passes("old"), "it may be written right now")
        try scratch.write("it: role:new", to: "policy.yaml")
        keeper.refresh()
        #expect(passes("old"))
        keeper.refresh()
        #expect(passes("new") && !passes("old"))
    }

    @Test("it is taken up at once where somebody asks for it")
    func asked() throws {
        try scratch.write("it: role:new", to: "policy.yaml")
        keeper.refresh(isAsked: true)
        #expect(passes("new"))
    }

    @Test(
        "what cannot be used leaves the old rules in force",
        arguments: ["it: [", "it:", "it: 5"])
    func broken(text: String) throws {
        try scratch.write(text, to: "policy.yaml")
        for _ in 0..<3 { keeper.refresh() }
        #expect(passes("old"))
        #expect(keeper.failure?.contains("policy.yaml") == true)
        try scratch.write("it: role:new", to: "policy.yaml")
        for _ in 0..<2 { keeper.refresh() }
        #expect(passes("new"))
        #expect(keeper.failure == nil)
    }

    @Test("a file that goes away leaves the old rules in force, and may come back")
    func missing() throws {
        try FileManager.default.removeItem(atPath: scratch.path("policy.yaml"))
        for _ in 0..<2 { keeper.refresh() }
        #expect(passes("old"))
        #expect(keeper.failure?.contains("cannot be read") == true)
        try scratch.write("it: role:old", to: "policy.yaml")
        keeper.refresh()
        #expect(keeper.failure == nil)
    }

    @Test("the files of the directory are applied over it, by name, others are not")
    func directory() throws {
        try FileManager.default.createDirectory(
            atPath: scratch.path("policy.d"), withIntermediateDirectories: true)
        try scratch.write("it: role:second", to: "policy.d/20.json")
        try scratch.write("it: role:first", to: "policy.d/10.yaml")
        try scratch.write("it: [", to: "policy.d/30.yaml~")
        try scratch.write("it: [", to: "policy.d/.hidden.yaml")
        keeper.refresh(isAsked: true)
        #expect(passes("second"))
        try FileManager.default.removeItem(atPath: scratch.path("policy.d/20.json"))
        keeper.refresh(isAsked: true)
        #expect(passes("first"))
    }

    @Test("a directory that cannot be read leaves the old rules in force, also where it has gone")
    func unreadableDirectory() throws {
        let directory = scratch.path("policy.d")
        let files = FileManager.default
        try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try scratch.write("it: role:stricter", to: "policy.d/10.yaml")
        keeper.refresh(isAsked: true)
        #expect(passes("stricter") && !passes("old"))
        try files.removeItem(atPath: directory)
        for _ in 0..<2 { keeper.refresh() }
        #expect(passes("stricter") && !passes("old"))
        #expect(keeper.failure?.contains("policy.d") == true)
        try scratch.write("no directory", to: "policy.d")
        for _ in 0..<2 { keeper.refresh() }
        #expect(passes("stricter") && !passes("old"))
        #expect(keeper.failure?.contains("policy.d cannot be read") == true)
        try files.removeItem(atPath: directory)
        try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for _ in 0..<2 { keeper.refresh() }
        #expect(passes("old"), "an empty directory has no rules")
        #expect(keeper.failure == nil)
    }

    @Test("a directory that comes later is taken up, and one that is none stops the start")
    func lateDirectory() throws {
        #expect(keeper.failure == nil)
        try scratch.write("no directory", to: "policy.d")
        for _ in 0..<2 { keeper.refresh() }
        #expect(passes("old"))
        #expect(keeper.failure != nil)
        #expect(throws: PolicyFileError.self) {
            try PolicyKeeper(
                file: nil, directory: scratch.path("policy.d"), logger: Logger(label: "test"))
        }
    }

    @Test("a start without a file that was named is refused")
    func noFile() {
        #expect(throws: PolicyFileError.self) {
            try PolicyKeeper(
                file: scratch.path("nowhere.yaml"), directory: nil,
                logger: Logger(label: "test"))
        }
    }
}
