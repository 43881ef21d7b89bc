import Foundation
import HTTP
import Listener
import OpenSSL
import TestSupport
import Testing
import Values

@Suite("TLS")
struct TLSTests {
    @Test("serves who trusts its certificate, and nobody else")
    func trust() async throws {
        try await withSecureListener { listener, scratch in
            let url = "https://localhost:\(listener.port)/x"
            let trusting = try await onThread {
                try curl("--cacert", scratch.path("server.pem"), "-d", "abc", url)
            }
            #expect(trusting.output == "POST /x [3]")
            let other = try await onThread { try curl(url) }
            #expect(other.status == 60)
        }
    }

    @Test(
        "speaks 1.2 and 1.3",
        arguments: [("1.1", false), ("1.2", true), ("1.3", true)])
    func versions(version: String, isServed: Bool) async throws {
        try await withSecureListener { listener, scratch in
            let url = "https://localhost:\(listener.port)/x"
            let answer = try await onThread {
                // Security level 0, so that it is not the client who refuses.
                try curl(
                    "--cacert", scratch.path("server.pem"), "--tlsv\(version)", "--tls-max",
                    version, "--ciphers", "DEFAULT@SECLEVEL=0", url)
            }
            #expect((answer.status == 0) == isServed)
            #expect((answer.output == "GET /x [0]") == isServed)
        }
    }

    @Test(
        "has no cipher without forward secrecy and authentication",
        arguments: ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"])
    func ciphers(name: String) async throws {
        try await withSecureListener { listener, scratch in
            let url = "https://localhost:\(listener.port)/x"
            let answer = try await onThread {
                try curl(
                    "--cacert", scratch.path("server.pem"), "--tls-max", "1.2", "--ciphers",
                    "\(name):@SECLEVEL=0", url)
            }
            #expect(answer.status == 35)
        }
    }

    @Test("carries megabytes both ways")
    func large() async throws {
        let responder = Answering { Response(body: .bytes($0.body)) }
        try await withSecureListener(responder) { listener, scratch in
            let url = "https://localhost:\(listener.port)/x"
            let text = String(
                (0..<3_000_000).map { Character(Unicode.Scalar(UInt8(97 + $0 % 23))) })
            try scratch.write(text, to: "body")
            let answer = try await onThread {
                try curl(
                    "--cacert", scratch.path("server.pem"), "--data-binary",
                    "@\(scratch.path("body"))", url)
            }
            let isSame = answer.output == text
            #expect(isSame)
        }
    }

    @Test("takes another certificate for the connections that follow; the ones open go on")
    func swap() async throws {
        try await withSecureListener { listener, scratch in
            let next = try SelfSignedCertificate.make()
            try scratch.write(next.certificate, to: "next.pem")
            let url = "https://localhost:\(listener.port)/x"
            try listener.replaceCertificate(
                TLSSettings(chain: next.certificate, key: next.key))
            let (old, new) = try await onThread {
                (
                    try curl("--cacert", scratch.path("server.pem"), url),
                    try curl("--cacert", scratch.path("next.pem"), url)
                )
            }
            #expect(old.status == 60)
            #expect(new.output == "GET /x [0]")
        }
    }

    @Test("keeps the old pair where the new one is bad, and says what is wrong")
    func badPair() async throws {
        try await withSecureListener { listener, scratch in
            let one = try SelfSignedCertificate.make()
            let other = try SelfSignedCertificate.make()
            let bad = [
                TLSSettings(chain: one.certificate, key: other.key),
                TLSSettings(chain: "nothing", key: one.key),
                TLSSettings(chain: one.certificate, key: Secret("nothing")),
                TLSSettings(chain: one.certificate, key: one.key, clientAuthority: "nothing"),
            ]
            for pair in bad {
                let error = #expect(throws: ListenerError.self) {
                    try listener.replaceCertificate(pair)
                }
                #expect(error?.message.hasPrefix("The TLS settings cannot be used: ") == true)
                #expect((error?.message.utf8.count ?? 0) > 60)
            }
            let url = "https://localhost:\(listener.port)/x"
            let answer = try await onThread {
                try curl("--cacert", scratch.path("server.pem"), url)
            }
            #expect(answer.output == "GET /x [0]")
        }
    }

    @Test("swaps a thousand times under load without failing a request")
    func swapUnderLoad() async throws {
        try await withSecureListener { listener, scratch in
            let one = try serverPair.get()
            let other = try SelfSignedCertificate.make()
            try scratch.write(one.certificate + other.certificate, to: "both.pem")
            let url = "https://localhost:\(listener.port)/[1-100]"
            let loads = (0..<4).map { _ in
                Task {
                    try await onThread {
                        // Each request on a connection, and so with a handshake, of its own.
                        try curl(
                            "--cacert", scratch.path("both.pem"), "-H", "Connection: close",
                            "-o", "/dev/null", "-w", "%{http_code}\n", url)
                    }
                }
            }
            try await onThread {
                for count in 0..<1000 {
                    let next = count.isMultiple(of: 2) ? other : one
                    try listener.replaceCertificate(
                        TLSSettings(chain: next.certificate, key: next.key))
                }
            }
            for load in loads {
                let answer = try await load.value
                #expect(answer.status == 0)
                #expect(answer.output == String(repeating: "200\n", count: 100))
            }
        }
    }

    @Test("a listener without it has no certificate to replace")
    func plain() async throws {
        let pair = try serverPair.get()
        try await withListener { listener in
            #expect(throws: ListenerError.notSecure) {
                try listener.replaceCertificate(
                    TLSSettings(chain: pair.certificate, key: pair.key))
            }
        }
    }
}
