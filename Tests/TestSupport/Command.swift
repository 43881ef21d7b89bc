package import Foundation
import Glibc

/// Runs a program that is not ours, with nothing to read; blocks until it ends.
///
/// - Returns: its exit status, and what it wrote to both outputs.
package func run(
    _ command: String, _ arguments: [String], in directory: URL? = nil
) throws -> (status: Int32, output: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [command] + arguments
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    if let directory { process.currentDirectoryURL = directory }
    try process.run()
    let text = readAll(output.fileHandleForReading.fileDescriptor)
    process.waitUntilExit()
    return (process.terminationStatus, text)
}

/// Foundation gives up where a signal interrupts it, and another test's child that ends sends one.
private func readAll(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &piece, piece.count)
        if count > 0 {
            bytes += piece[..<count]
        } else if count == 0 || errno != EINTR {
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
