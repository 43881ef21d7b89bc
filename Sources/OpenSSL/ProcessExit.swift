import COpenSSL

/// OpenSSL's share in the end of the process.
package enum ProcessExit {
    /// Lets OpenSSL leave its memory to the system when the process ends.
    ///
    /// Its own cleanup runs within `exit`, while threads of libcurl or of a database's library may be
    /// closing their links: both free the same ("double free or corruption"). Before every other call
    /// of OpenSSL, by whichever library.
    package static func leaveMemoryToTheSystem() {
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
    }
}
