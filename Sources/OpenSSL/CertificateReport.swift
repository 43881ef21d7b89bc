import COpenSSL
package import Values

/// What an operator wants to know of one certificate.
package struct CertificateReport: Sendable, Equatable {
    /// As RFC 2253 writes it: `CN=api.example.org,O=Example`.
    package let subject: String
    package let issuer: String
    /// Hexadecimal, upper case.
    package let serial: String
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    /// `DNS:localhost`, `IP Address:127.0.0.1`.
    package let alternativeNames: [String]

    /// Whole days until it expires; negative once it has.
    package func daysLeft(at now: Timestamp) -> Int {
        let distance = notAfter.microseconds - now.microseconds
        let day: Int64 = 86_400_000_000
        return Int(distance >= 0 ? distance / day : (distance - day + 1) / day)
    }

    /// The certificates of a PEM chain in their order; the server's own is the first.
    ///
    /// - Parameter source: how messages name the text: a file or a setting.
    package static func chain(
        pem: String, source: String
    ) throws(CertificateError) -> [CertificateReport] {
        let buffer = MemoryBuffer(pem)
        var reports: [CertificateReport] = []
        while let certificate = try nextCertificate(in: buffer, source, at: reports.count + 1) {
            let position = reports.count + 1
            guard let report = CertificateReport(certificate) else {
                throw .unreadableCertificate(
                    source: source, position: position, reason: "its dates are out of range")
            }
            reports.append(report)
        }
        guard !reports.isEmpty else { throw .noCertificate(source: source) }
        return reports
    }

    /// Throws unless the key is the one of the first certificate.
    package static func check(
        key: Secret, keySource: String, belongsTo chain: String, chainSource: String
    ) throws(CertificateError) {
        let chainBuffer = MemoryBuffer(chain)
        guard let certificate = try nextCertificate(in: chainBuffer, chainSource, at: 1) else {
            throw .noCertificate(source: chainSource)
        }
        ERR_clear_error()
        let keyBuffer = MemoryBuffer(key.reveal())
        guard let privateKey = PrivateKey(annals_read_private_key(keyBuffer.handle)) else {
            throw .unreadableKey(source: keySource, reason: takeFailureReason())
        }
        let matches = X509_check_private_key(certificate.handle, privateKey.handle) == 1
        ERR_clear_error()
        if !matches { throw .mismatch(certificate: chainSource, key: keySource) }
    }

    /// Nil at the end of the text.
    private static func nextCertificate(
        in buffer: borrowing MemoryBuffer, _ source: String, at position: Int
    ) throws(CertificateError) -> Certificate? {
        ERR_clear_error()
        if let certificate = Certificate(PEM_read_bio_X509(buffer.handle, nil, nil, nil)) {
            return certificate
        }
        let code = ERR_peek_last_error()
        let reason = takeFailureReason()
        let isEnd = code & 0x7F_FFFF == UInt(PEM_R_NO_START_LINE)
        if isEnd { return nil }
        throw .unreadableCertificate(source: source, position: position, reason: reason)
    }
}

extension CertificateReport {
    fileprivate init?(_ certificate: borrowing Certificate) {
        let handle = certificate.handle
        guard let notBefore = Self.time(X509_get0_notBefore(handle)),
            let notAfter = Self.time(X509_get0_notAfter(handle))
        else { return nil }
        self.init(
            subject: Self.text(of: X509_get_subject_name(handle)),
            issuer: Self.text(of: X509_get_issuer_name(handle)),
            serial: Self.serial(of: handle), notBefore: notBefore, notAfter: notAfter,
            alternativeNames: Self.alternativeNames(of: handle))
    }

    private static func time(_ time: UnsafePointer<ASN1_TIME>?) -> Timestamp? {
        var fields = tm()
        guard ASN1_TIME_to_tm(time, &fields) == 1 else { return nil }
        return Timestamp(
            date: CivilDate(
                year: Int(fields.tm_year) + 1900, month: Int(fields.tm_mon) + 1,
                day: Int(fields.tm_mday)),
            time: ClockTime(
                hour: Int(fields.tm_hour), minute: Int(fields.tm_min), second: Int(fields.tm_sec)))
    }

    private static func text(of name: OpaquePointer?) -> String {
        let buffer = MemoryBuffer()
        annals_print_name(buffer.handle, name)
        return buffer.text
    }

    private static func serial(of certificate: OpaquePointer) -> String {
        let buffer = MemoryBuffer()
        i2a_ASN1_INTEGER(buffer.handle, X509_get0_serialNumber(certificate))
        return buffer.text
    }

    private static func alternativeNames(of certificate: OpaquePointer) -> [String] {
        let index = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
        guard index >= 0, let field = X509_get_ext(certificate, index) else { return [] }
        let buffer = MemoryBuffer()
        guard X509V3_EXT_print(buffer.handle, field, 0, 0) == 1 else { return [] }
        return buffer.text.split(separator: ", ").map(String.init)
    }
}
