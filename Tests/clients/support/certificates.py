"""An authority and the certificates it signs, made anew for every run."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True)
class Pair:
    certificate: Path
    key: Path


class Authority:
    """Signs certificates and writes them as PEM files into one directory.

    One below another is an intermediate: what it signs brings its certificate along.
    """

    def __init__(self, directory: Path, name: str = "authority", above: "Authority | None" = None):
        self.directory = directory
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signer = above or self
        builder = (
            _builder(self.name, signer.name, self.key)
            .add_extension(
                x509.BasicConstraints(ca=True, path_length=0 if above else 1), critical=True)
            .add_extension(_key_usage(signs=True), critical=True))
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
        if above:
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(above.key.public_key()),
                critical=False)
        self.path = directory / f"{name}.pem"
        self.path.write_bytes(_pem(builder.sign(signer.key, hashes.SHA256())))
        self.chain = self.path.read_bytes() if above else b""

    def server(
        self, name: str = "server", hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "::1"),
        expired: bool = False,
    ) -> Pair:
        names = x509.SubjectAlternativeName([_alternative_name(host) for host in hosts])
        return self._sign(name, ExtendedKeyUsageOID.SERVER_AUTH, names, expired)

    def client(self, name: str = "client", names: list[x509.GeneralName] | None = None) -> Pair:
        """The names beside the subject, which is `CN=` and the name."""
        alternatives = x509.SubjectAlternativeName(names) if names else None
        return self._sign(name, ExtendedKeyUsageOID.CLIENT_AUTH, alternatives)

    def _sign(self, name, usage, names, expired=False) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            _builder(subject, self.name, key, expired)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False))
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        pair = Pair(self.directory / f"{name}.pem", self.directory / f"{name}-key.pem")
        pair.certificate.write_bytes(_pem(builder.sign(self.key, hashes.SHA256())) + self.chain)
        pair.key.write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))
        pair.key.chmod(0o600)
        return pair


def _alternative_name(host: str):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _builder(subject, issuer, key, expired=False):
    now = datetime.datetime.now(datetime.timezone.utc)
    if expired:
        now -= datetime.timedelta(days=60)
    return (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=30)))


def _key_usage(signs: bool):
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False)


def _pem(certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
