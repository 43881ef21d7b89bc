#pragma once

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Swift imports functions, not macros and not variadic functions: these are the ones it needs.

/// A new P-256 key, or null.
EVP_PKEY *annals_make_p256_key(void);

/// The bytes that a memory BIO holds; they live as long as the BIO.
long annals_bio_bytes(BIO *bio, const char **bytes);

/// Adds an extension written as in openssl.cnf; 1 on success.
int annals_add_extension(X509 *certificate, int nid, const char *value);

/// The key in PEM text, or null. Never asks for a pass phrase: an encrypted key is unreadable.
EVP_PKEY *annals_read_private_key(BIO *bio);

/// Writes a distinguished name as RFC 2253 has it, UTF-8 left as it is.
void annals_print_name(BIO *bio, const X509_NAME *name);

/// HMAC-SHA256 (RFC 2104) over both parts, one behind the other. 0 where there was no memory.
int annals_hmac_sha256(const unsigned char *key, size_t key_size, const unsigned char *first,
                       size_t first_size, const unsigned char *second, size_t second_size,
                       unsigned char code[32]);
