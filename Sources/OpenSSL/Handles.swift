import COpenSSL

/// One certificate in memory. Owns an `X509`.
struct Certificate: ~Copyable {
    let handle: OpaquePointer

    init?(_ handle: OpaquePointer?) {
        guard let handle else { return nil }
        self.handle = handle
    }

    deinit {
        X509_free(handle)
    }
}

/// A private key in memory. Owns an `EVP_PKEY`.
struct PrivateKey: ~Copyable {
    let handle: OpaquePointer

    init?(_ handle: OpaquePointer?) {
        guard let handle else { return nil }
        self.handle = handle
    }

    deinit {
        EVP_PKEY_free(handle)
    }
}

/// Bytes that libcrypto reads from or writes to. Owns a memory `BIO`.
struct MemoryBuffer: ~Copyable {
    let handle: OpaquePointer

    /// Empty, to be written.
    init() {
        self.init(BIO_new(BIO_s_mem()))
    }

    /// A copy of the text, to be read.
    init(_ text: String) {
        self.init()
        var text = text
        let written = text.withUTF8 { BIO_write(handle, $0.baseAddress, Int32($0.count)) }
        precondition(written == text.utf8.count, "a memory BIO takes everything")
    }

    private init(_ handle: OpaquePointer?) {
        guard let handle else { preconditionFailure("libcrypto has memory for a BIO") }
        self.handle = handle
    }

    deinit {
        BIO_free(handle)
    }

    var text: String {
        var bytes: UnsafePointer<CChar>?
        let count = annals_bio_bytes(handle, &bytes)
        let raw = UnsafeRawBufferPointer(start: bytes, count: max(count, 0))
        return String(decoding: raw, as: UTF8.self)
    }
}

/// The last failure of this thread in libcrypto's words; empties the list of failures.
func takeFailureReason() -> String {
    let code = ERR_peek_last_error()
    ERR_clear_error()
    guard code != 0, let reason = ERR_reason_error_string(code) else { return "unknown reason" }
    return String(cString: reason)
}
