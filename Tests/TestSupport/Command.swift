package import Foundation
import Glibc
import Synchronization

/// Runs a program that is not ours, with nothing to read; blocks until it ends.
///
/// Not by Foundation's `Process`: that one crashed now and then where several tests ran programs.
///
/// - Returns: its exit status (-1 where a signal ended it), and what it wrote to both outputs.
package func run(
    _ command: String, _ arguments: [String], in directory: URL? = nil
) throws -> (status: Int32, output: String) {
    let child = try spawning.withLock { _ in try Child(command, arguments, in: directory) }
    let text = child.readAll()
    return (child.waitForEnd(), text)
}

/// Held from the making of a pipe until its child runs, so that no other child inherits an end.
private let spawning = Mutex(())

private struct Child {
    private let process: pid_t
    private let output: Int32

    init(_ command: String, _ arguments: [String], in directory: URL?) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
        defer { close(ends[1]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        let place = directory.map { ["-C", $0.path] } ?? []
        var words = (["env"] + place + [command] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process = pid_t()
        let code = posix_spawnp(&process, "env", &actions, nil, &words, environ)
        guard code == 0 else {
            close(ends[0])
            throw POSIXError(POSIXErrorCode(rawValue: code) ?? .ENOENT)
        }
        self.process = process
        output = ends[0]
    }

    /// Everything until the child has closed its outputs.
    func readAll() -> String {
        defer { close(output) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(output, &piece, piece.count)
            if count > 0 {
                bytes += piece[..<count]
            } else if count == 0 || errno != EINTR {
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }

    func waitForEnd() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
    }
}
