internal import CZlib

/// Packs into gzip (RFC 1952).
package enum Gzip {
    /// One member that holds all of `bytes`.
    package static func deflate(_ bytes: [UInt8]) throws(GzipError) -> [UInt8] {
        var stream = z_stream()
        guard annals_deflate_begin_gzip(&stream) == Z_OK else { throw .noMemory }
        defer { deflateEnd(&stream) }
        let size = Int(deflateBound(&stream, UInt(bytes.count)))
        guard bytes.count <= Int(UInt32.max), size <= Int(UInt32.max) else { throw .tooLarge }
        var input = bytes  // zlib wants a pointer that may be written through; it never does.
        var code = Z_OK
        let packed = input.withUnsafeMutableBufferPointer { buffer in
            stream.next_in = buffer.baseAddress
            stream.avail_in = UInt32(buffer.count)
            return [UInt8](unsafeUninitializedCapacity: size) { piece, count in
                stream.next_out = piece.baseAddress
                stream.avail_out = UInt32(size)
                code = CZlib.deflate(&stream, Z_FINISH)
                count = size - Int(stream.avail_out)
            }
        }
        guard code == Z_STREAM_END else { throw .noMemory }
        return packed
    }
}

/// Why something was not packed.
package enum GzipError: Error, Sendable, Equatable {
    /// 4 GiB or more.
    case tooLarge
    case noMemory
}
