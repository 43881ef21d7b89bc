internal import CZlib

/// Unpacks gzip (RFC 1952), never beyond a limit.
package enum Gunzip {
    /// - Parameters:
    ///   - packed: one gzip member, whole.
    ///   - limit: most bytes the result may have; unpacking stops there.
    package static func inflate(_ packed: [UInt8], limit: Int) throws(GunzipError) -> [UInt8] {
        var stream = z_stream()
        guard annals_inflate_begin_gzip(&stream) == Z_OK else { throw .noMemory }
        defer { inflateEnd(&stream) }
        var input = packed  // zlib wants a pointer that may be written through; it never does.
        return try input.withUnsafeMutableBufferPointer { buffer throws(GunzipError) in
            stream.next_in = buffer.baseAddress
            stream.avail_in = UInt32(clamping: buffer.count)
            return try inflate(&stream, limit: limit)
        }
    }

    /// The size that the end of a gzip member claims for what it unpacks to, modulo 4 GiB. A member
    /// that unpacks to another size is refused as corrupt or too large.
    package static func claimedSize(of packed: [UInt8]) -> Int {
        packed.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// Output grows by pieces: a small bomb must not make us reserve what it claims to become.
    private static let pieceSize = 256 << 10

    private static func inflate(
        _ stream: inout z_stream, limit: Int
    ) throws(GunzipError) -> [UInt8] {
        var output: [UInt8] = []
        while true {
            let start = output.count
            // One byte more than allowed tells the end of the stream from a stream too long.
            let size = min(pieceSize, limit - start + 1)
            var code = Z_OK
            output.append(
                contentsOf: [UInt8](unsafeUninitializedCapacity: size) { piece, count in
                    stream.next_out = piece.baseAddress
                    stream.avail_out = UInt32(size)
                    code = CZlib.inflate(&stream, Z_NO_FLUSH)
                    count = size - Int(stream.avail_out)
                })
            if output.count > limit { throw .tooLarge(limit: limit) }
            switch code {
            case Z_OK where stream.avail_out == 0: continue
            case Z_STREAM_END where stream.avail_in == 0: return output
            case Z_STREAM_END: throw .trailingBytes
            case Z_OK, Z_BUF_ERROR: throw .truncated
            case Z_MEM_ERROR: throw .noMemory
            default: throw .corrupt
            }
        }
    }
}

/// Why gzip was not unpacked.
package enum GunzipError: Error, Sendable, Equatable {
    /// Not gzip, or gzip with a wrong checksum or length.
    case corrupt
    /// The end is missing.
    case truncated
    /// Something follows the member: a second member, or garbage.
    case trailingBytes
    case tooLarge(limit: Int)
    case noMemory

    /// Safe to show to any client.
    package var userMessage: String {
        switch self {
        case .corrupt: "the body is not valid gzip"
        case .truncated: "the gzip body ends too early"
        case .trailingBytes: "something follows the gzip member of the body"
        case .tooLarge(let limit): "the body unpacks to more than \(limit) bytes"
        case .noMemory: "the body cannot be unpacked now: there is no memory for it"
        }
    }
}
