#include "shim.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <pthread.h>

EVP_PKEY *annals_make_p256_key(void) { return EVP_EC_gen("P-256"); }

long annals_bio_bytes(BIO *bio, const char **bytes) {
    return BIO_get_mem_data(bio, (char **)bytes);
}

int annals_add_extension(X509 *certificate, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension == NULL) return 0;
    int added = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

static int no_pass_phrase(char *buffer, int size, int writing, void *context) {
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

EVP_PKEY *annals_read_private_key(BIO *bio) {
    return PEM_read_bio_PrivateKey(bio, NULL, no_pass_phrase, NULL);
}

void annals_print_name(BIO *bio, const X509_NAME *name) {
    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}

// Fetched once: a fetch by name costs more than the code of an event.
static EVP_MAC *hmac;
static pthread_once_t hmac_fetch = PTHREAD_ONCE_INIT;

static void fetch_hmac(void) { hmac = EVP_MAC_fetch(NULL, "HMAC", NULL); }

int annals_hmac_sha256(const unsigned char *key, size_t key_size, const unsigned char *first,
                       size_t first_size, const unsigned char *second, size_t second_size,
                       unsigned char code[32]) {
    pthread_once(&hmac_fetch, fetch_hmac);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(hmac);
    if (context == NULL) return 0;
    OSSL_PARAM digest[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    size_t size = 0;
    int is_made = EVP_MAC_init(context, key, key_size, digest) == 1 &&
                  EVP_MAC_update(context, first, first_size) == 1 &&
                  EVP_MAC_update(context, second, second_size) == 1 &&
                  EVP_MAC_final(context, code, &size, 32) == 1 && size == 32;
    EVP_MAC_CTX_free(context);
    return is_made;
}
