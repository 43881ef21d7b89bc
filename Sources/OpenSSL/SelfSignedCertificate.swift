import COpenSSL
package import Values

/// A certificate that vouches for itself, and its key, both in PEM.
package struct SelfSignedCertificate: Sendable {
    package let certificate: String
    package let key: Secret

    /// A new P-256 key and a certificate for it that is its own authority, so that a client needs
    /// nothing but this certificate to trust the server.
    ///
    /// - Parameters:
    ///   - hosts: DNS names; `localhost` is always among them.
    ///   - addresses: numeric addresses; 127.0.0.1 and ::1 are always among them.
    ///   - days: validity from now; it begins an hour ago, for clocks that are behind.
    package static func make(
        hosts: [String] = [], addresses: [String] = [], days: Int = 365
    ) throws(CertificateError) -> SelfSignedCertificate {
        let names = try alternativeNames(hosts: hosts, addresses: addresses)
        guard let key = PrivateKey(annals_make_p256_key()),
            let certificate = Certificate(X509_new())
        else { throw .notMade(step: "key", reason: takeFailureReason()) }
        try fill(certificate, key, commonName: hosts.first ?? "localhost", days: days)
        try extend(certificate, names: names)
        guard X509_sign(certificate.handle, key.handle, EVP_sha256()) > 0 else {
            throw .notMade(step: "signature", reason: takeFailureReason())
        }
        return try inPEM(certificate, key)
    }

    private static func alternativeNames(
        hosts: [String], addresses: [String]
    ) throws(CertificateError) -> String {
        var names: [String] = []
        for host in ["localhost"] + hosts where !names.contains("DNS:\(host)") {
            guard !host.isEmpty, host.utf8.allSatisfy(isHostCharacter) else {
                throw .badName(host)
            }
            names.append("DNS:\(host)")
        }
        for address in ["127.0.0.1", "::1"] + addresses where !names.contains("IP:\(address)") {
            guard let octets = a2i_IPADDRESS(address) else { throw .badName(address) }
            ASN1_OCTET_STRING_free(octets)
            names.append("IP:\(address)")
        }
        return names.joined(separator: ",")
    }

    /// The list of names is text with commas and colons: nothing else may bring them in.
    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "*": true
        default: false
        }
    }

    private static func fill(
        _ certificate: borrowing Certificate, _ key: borrowing PrivateKey,
        commonName: String, days: Int
    ) throws(CertificateError) {
        let handle = certificate.handle
        // The first bit stays clear: a serial number is positive (RFC 5280 section 4.1.2.2).
        var serial = RandomBytes.make(count: 16)
        serial[0] = serial[0] & 0x7F | 0x40
        let number = BN_bin2bn(serial, Int32(serial.count), nil)
        defer { BN_free(number) }
        let name = X509_get_subject_name(handle)
        let done =
            BN_to_ASN1_INTEGER(number, X509_get_serialNumber(handle)) != nil
            && X509_set_version(handle, 2) == 1
            && X509_gmtime_adj(X509_getm_notBefore(handle), -3600) != nil
            && X509_time_adj_ex(X509_getm_notAfter(handle), Int32(days), 0, nil) != nil
            && add("O", "Annals, self-signed", to: name) && add("CN", commonName, to: name)
            && X509_set_issuer_name(handle, name) == 1
            && X509_set_pubkey(handle, key.handle) == 1
        guard done else { throw .notMade(step: "fields", reason: takeFailureReason()) }
    }

    private static func add(_ field: String, _ value: String, to name: OpaquePointer?) -> Bool {
        let text = Array(value.utf8)
        return X509_NAME_add_entry_by_txt(
            name, field, MBSTRING_UTF8, text, Int32(text.count), -1, 0) == 1
    }

    private static func extend(
        _ certificate: borrowing Certificate, names: String
    ) throws(CertificateError) {
        let extensions = [
            (NID_basic_constraints, "critical,CA:TRUE"),
            (NID_key_usage, "critical,digitalSignature,keyCertSign"),
            (NID_ext_key_usage, "serverAuth"),
            (NID_subject_alt_name, names),
            (NID_subject_key_identifier, "hash"),
            (NID_authority_key_identifier, "keyid:always"),
        ]
        for (kind, value) in extensions {
            guard annals_add_extension(certificate.handle, kind, value) == 1 else {
                throw .notMade(step: "extension \(value)", reason: takeFailureReason())
            }
        }
    }

    private static func inPEM(
        _ certificate: borrowing Certificate, _ key: borrowing PrivateKey
    ) throws(CertificateError) -> SelfSignedCertificate {
        let certificateText = MemoryBuffer()
        let keyText = MemoryBuffer()
        guard PEM_write_bio_X509(certificateText.handle, certificate.handle) == 1,
            PEM_write_bio_PKCS8PrivateKey(keyText.handle, key.handle, nil, nil, 0, nil, nil) == 1
        else { throw .notMade(step: "PEM", reason: takeFailureReason()) }
        return SelfSignedCertificate(
            certificate: certificateText.text, key: Secret(keyText.text))
    }
}
