import ArgumentParser
import Foundation

/// Who the load says it is, and how it proves that.
struct CredentialOptions: ParsableArguments {
    @Option(help: "A header field for every request, NAME:VALUE. May be given several times.")
    var header: [String] = []
    @Option(help: "A file of header fields, one NAME:VALUE a line: for what must not be seen.")
    var headersFile: String?
    @Option(help: "PEM file with a client certificate.") var certificate: String?
    @Option(help: "PEM file with the key of --certificate.") var key: String?
    @Option(help: "Sign each request with the secret in the first line of this file.")
    var hmacSecretFile: String?

    func validate() throws {
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--certificate and --key belong together")
        }
    }

    /// As they stand in a request, each with its end of line.
    func headerLines() throws -> String {
        var fields = header
        if let headersFile {
            let text = try String(contentsOfFile: headersFile, encoding: .utf8)
            fields += text.split(separator: "\n").map(String.init)
        }
        return try fields.map { field in
            guard let colon = field.firstIndex(of: ":"), colon > field.startIndex,
                !field.contains(where: \.isNewline)
            else { throw ValidationError("a header field is NAME:VALUE") }
            let value = field[field.index(after: colon)...].trimmingPrefix { $0 == " " }
            return "\(field[..<colon]): \(value)\r\n"
        }.joined()
    }

    func signer() throws -> RequestSigner? {
        guard let hmacSecretFile else { return nil }
        let text = try String(contentsOfFile: hmacSecretFile, encoding: .utf8)
        return RequestSigner(secret: Array(text.prefix { !$0.isNewline }.utf8))
    }

    var pair: ClientPair? {
        guard let certificate, let key else { return nil }
        return ClientPair(certificate: certificate, key: key)
    }
}

/// Paths of PEM files.
struct ClientPair {
    var certificate: String
    var key: String
}
