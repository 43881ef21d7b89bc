import Foundation
import Testing

@testable import App

@Suite("Metrics and their documentation")
struct MetricHelpTests {
    @Test("every metric has a sentence and stands in the table of docs/operations.md")
    func documented() throws {
        let path = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/operations.md").path
        let page = try String(contentsOfFile: path, encoding: .utf8)
        for (name, sentence) in MetricHelp.sentences {
            #expect(page.contains("`\(name)"), "\(name)")
            #expect(sentence.hasSuffix("."), "\(name)")
        }
    }
}
