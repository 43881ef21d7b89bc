#define _GNU_SOURCE
#include "shim.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>

const ssize_t annals_stream_end = MHD_CONTENT_READER_END_OF_STREAM;
const ssize_t annals_stream_failure = MHD_CONTENT_READER_END_WITH_ERROR;

struct annals_server {
    struct MHD_Daemon *daemon;
    void *listener;
    struct annals_callbacks callbacks;
};

struct annals_credentials {
    gnutls_certificate_credentials_t value;
    int asks_client;
};

// -- From libmicrohttpd to the callbacks

static void *connection_of(struct MHD_Connection *handle) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static void on_connection(void *context, struct MHD_Connection *handle, void **slot,
                          enum MHD_ConnectionNotificationCode code) {
    struct annals_server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *slot = server->callbacks.connected(server->listener, handle);
    } else if (*slot != NULL) {
        server->callbacks.disconnected(*slot);
        *slot = NULL;
    }
}

static void *on_target(void *context, const char *target, struct MHD_Connection *handle) {
    struct annals_server *server = context;
    if (target == NULL) return NULL;
    void *exchange =
        server->callbacks.began(connection_of(handle), handle, target, strlen(target));
    // Ends the query here, in the buffer that libmicrohttpd goes on to cut up: nobody asks for the
    // arguments it would find, and each would take memory from the same limit as the head.
    char *query = strchr(target, '?');
    if (query != NULL && query[1] != '\0') query[1] = '\0';
    return exchange;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *handle, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **slot) {
    struct annals_server *server = context;
    (void)handle;
    if (*slot == NULL) return MHD_NO;
    size_t taken = *size;
    *size = 0;
    return server->callbacks.advanced(*slot, method, version, (size_t)(version - url), data, taken)
               ? MHD_YES
               : MHD_NO;
}

static void on_completed(void *context, struct MHD_Connection *handle, void **slot,
                         enum MHD_RequestTerminationCode code) {
    struct annals_server *server = context;
    (void)handle, (void)code;
    if (*slot == NULL) return;
    server->callbacks.completed(*slot);
    *slot = NULL;
}

static void on_message(void *context, const char *format, va_list arguments) {
    struct annals_server *server = context;
    char message[512];
    vsnprintf(message, sizeof message, format, arguments);
    server->callbacks.logged(server->listener, message);
}

static size_t keep_as_sent(void *context, struct MHD_Connection *handle, char *text) {
    (void)context, (void)handle;
    return strlen(text);
}

/// Never asked: each session gets credentials of its own. libmicrohttpd wants one or the other.
static int no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
                          const gnutls_pk_algorithm_t *algorithms, int algorithms_count,
                          gnutls_pcert_st **chain, unsigned int *length, gnutls_privkey_t *key) {
    (void)session, (void)authorities, (void)count, (void)algorithms, (void)algorithms_count;
    (void)chain, (void)length, (void)key;
    return -1;
}

// -- The server

// TLS 1.2 and 1.3, authenticated encryption and forward secrecy only; in everything Mozilla's
// "intermediate" configuration, which a test holds us to.
static const char *const priorities =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA"
    ":-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:-MAC-ALL:+AEAD"
    ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1"
    ":-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:%SERVER_PRECEDENCE";

struct annals_server *annals_server_start(const struct annals_options *options,
                                          const struct annals_callbacks *callbacks) {
    struct annals_server *server = calloc(1, sizeof *server);
    if (server == NULL) return NULL;
    server->listener = options->listener;
    server->callbacks = *callbacks;
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME |
                         MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem secure[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)no_certificate},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
    if (options->is_secure) flags |= MHD_USE_TLS;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server,
        MHD_OPTION_EXTERNAL_LOGGER, on_message, server,
        MHD_OPTION_THREAD_POOL_SIZE, options->threads,
        MHD_OPTION_CONNECTION_LIMIT, options->connections_per_thread * options->threads,
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->memory_per_connection,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_as_sent, server,
        MHD_OPTION_ARRAY, options->is_secure ? secure : plain,
        MHD_OPTION_END);
    if (server->daemon == NULL) {
        free(server);
        return NULL;
    }
    return server;
}

void annals_server_stop(struct annals_server *server) {
    MHD_stop_daemon(server->daemon);
    free(server);
}

int annals_server_add(struct annals_server *server, int socket, const struct sockaddr *address,
                      socklen_t length) {
    return MHD_add_connection(server->daemon, socket, address, length) == MHD_YES;
}

// -- Connections and requests

int annals_connection_socket(struct MHD_Connection *handle) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

const struct sockaddr *annals_connection_address(struct MHD_Connection *handle) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? NULL : info->client_addr;
}

struct field_list {
    struct annals_field *fields;
    size_t capacity;
    size_t count;
};

/// Between the name and the value of a field on one line there is a zero where the colon was, and
/// white space. A joined field has its name moved or written over.
static int spans_lines(const char *name, size_t name_length, const char *value) {
    const char *position = name + name_length;
    if (value <= position) return 1;
    if (*position++ != '\0') return 1;
    while (position < value)
        if (*position != ' ' && *position != '\t') return 1;
        else position++;
    return 0;
}

static enum MHD_Result add_field(void *context, enum MHD_ValueKind kind, const char *name,
                                 size_t name_length, const char *value, size_t value_length) {
    struct field_list *list = context;
    (void)kind;
    if (list->count < list->capacity) {
        struct annals_field *field = &list->fields[list->count];
        field->name = name;
        field->name_length = name_length;
        field->value = value == NULL ? "" : value;
        field->value_length = value_length;
        field->is_folded = value == NULL || spans_lines(name, name_length, value);
    }
    list->count++;
    return MHD_YES;
}

size_t annals_request_fields(struct MHD_Connection *handle, struct annals_field *fields,
                             size_t capacity) {
    struct field_list list = {fields, capacity, 0};
    MHD_get_connection_values_n(handle, MHD_HEADER_KIND, add_field, &list);
    return list.count;
}

int annals_head_ends_after(struct MHD_Connection *handle, const char *start, const char *last) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (info == NULL) return 0;
    ptrdiff_t rest = start + info->header_size - last;
    return rest == 4 || rest == 2;
}

// -- Responses

struct MHD_Response *annals_response_of_bytes(const void *bytes, size_t size) {
    return MHD_create_response_from_buffer(size, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

struct MHD_Response *annals_response_of_stream(ssize_t (*read)(void *, uint64_t, char *, size_t),
                                               void (*free)(void *), void *context) {
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 65536, read, context, free);
}

int annals_response_add(struct MHD_Response *response, const char *name, const char *value) {
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

int annals_respond(struct MHD_Connection *handle, unsigned int status,
                   struct MHD_Response *response) {
    int queued = MHD_queue_response(handle, status, response) == MHD_YES;
    MHD_destroy_response(response);
    return queued;
}

// -- TLS

static gnutls_session_t session_of(struct MHD_Connection *handle) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info == NULL ? NULL : (gnutls_session_t)info->tls_session;
}

static gnutls_datum_t datum(const char *text) {
    gnutls_datum_t datum = {(unsigned char *)text, (unsigned int)strlen(text)};
    return datum;
}

struct annals_credentials *annals_credentials_make(const char *chain, const char *key,
                                                   const char *authority, char *reason,
                                                   size_t reason_size) {
    struct annals_credentials *credentials = calloc(1, sizeof *credentials);
    if (credentials == NULL) return NULL;
    const char *step = "";
    int code = gnutls_certificate_allocate_credentials(&credentials->value);
    if (code >= 0) {
        gnutls_datum_t chain_text = datum(chain), key_text = datum(key);
        step = "certificate and key: ";
        code = gnutls_certificate_set_x509_key_mem(credentials->value, &chain_text, &key_text,
                                                   GNUTLS_X509_FMT_PEM);
    }
    if (code >= 0 && authority != NULL) {
        gnutls_datum_t authority_text = datum(authority);
        credentials->asks_client = 1;
        step = "client CA: ";
        code = gnutls_certificate_set_x509_trust_mem(credentials->value, &authority_text,
                                                     GNUTLS_X509_FMT_PEM);
        if (code == 0) code = GNUTLS_E_NO_CERTIFICATE_FOUND;
    }
    if (code >= 0) return credentials;
    snprintf(reason, reason_size, "%s%s", step, gnutls_strerror(code));
    annals_credentials_free(credentials);
    return NULL;
}

void annals_credentials_free(struct annals_credentials *credentials) {
    if (credentials->value != NULL) gnutls_certificate_free_credentials(credentials->value);
    free(credentials);
}

int annals_connection_secure(struct MHD_Connection *handle,
                             struct annals_credentials *credentials) {
    gnutls_session_t session = session_of(handle);
    if (session == NULL) return 0;
    // Only asked for here: a client without one is told so in an answer, not by a broken handshake.
    if (credentials->asks_client)
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
    return gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials->value) ==
           GNUTLS_E_SUCCESS;
}

/// Where names are written to.
struct text {
    char *start;
    size_t size;
    size_t used;
};

static int invalid(char *text, size_t size, const char *reason) {
    snprintf(text, size, "%s", reason);
    return ANNALS_CLIENT_INVALID;
}

/// Appends a kind, a name and a zero. A name with a zero in it would look like another one: left out.
static int append_name(struct text *to, char kind, const gnutls_datum_t *name) {
    if (name->size == 0 || memchr(name->data, '\0', name->size) != NULL) return 1;
    if (to->size - to->used < name->size + 3) return 0;
    to->start[to->used++] = kind;
    memcpy(to->start + to->used, name->data, name->size);
    to->used += name->size;
    to->start[to->used++] = '\0';
    to->start[to->used] = '\0';
    return 1;
}

/// 0 where they do not fit, else 1 or GnuTLS's error.
static int append_names(struct text *to, gnutls_subject_alt_names_t names) {
    for (unsigned int index = 0;; index++) {
        unsigned int type;
        gnutls_datum_t name;
        int code = gnutls_subject_alt_names_get(names, index, &type, &name, NULL);
        if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return 1;
        if (code < 0) return code;
        char kind = type == GNUTLS_SAN_DNSNAME      ? 'd'
                    : type == GNUTLS_SAN_URI        ? 'u'
                    : type == GNUTLS_SAN_RFC822NAME ? 'e'
                                                    : '\0';
        if (kind != '\0' && !append_name(to, kind, &name)) return 0;
    }
}

static int read_names(gnutls_x509_crt_t certificate, struct text *to) {
    gnutls_datum_t extension = {NULL, 0};
    int code = gnutls_x509_crt_get_extension_by_oid2(certificate, GNUTLS_X509EXT_OID_SAN, 0,
                                                     &extension, NULL);
    if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return 1;
    gnutls_subject_alt_names_t names = NULL;
    if (code >= 0) code = gnutls_subject_alt_names_init(&names);
    if (code >= 0) code = gnutls_x509_ext_import_subject_alt_names(&extension, names, 0);
    if (code >= 0) code = append_names(to, names);
    if (names != NULL) gnutls_subject_alt_names_deinit(names);
    gnutls_free(extension.data);
    return code;
}

/// 0 where it does not fit, else 1 or GnuTLS's error.
static int read_subject(gnutls_x509_crt_t certificate, struct text *to) {
    gnutls_datum_t subject = {NULL, 0};
    int code = gnutls_x509_crt_get_dn3(certificate, &subject, 0);
    if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
        // A subject may be empty, with everything in the alternative names.
        to->start[to->used++] = '\0';
        return 1;
    }
    if (code < 0) return code;
    // One that does not fit must not become another's by being cut.
    int fits = subject.size + 2 <= to->size;
    if (fits) {
        memcpy(to->start, subject.data, subject.size);
        to->used = subject.size;
        to->start[to->used++] = '\0';
        to->start[to->used] = '\0';
    }
    gnutls_free(subject.data);
    return fits;
}

static int read_client(const gnutls_datum_t *certificate, char *text, size_t size) {
    gnutls_x509_crt_t parsed;
    if (gnutls_x509_crt_init(&parsed) < 0) return invalid(text, size, "out of memory");
    memset(text, '\0', size);
    struct text to = {text, size, 0};
    int code = gnutls_x509_crt_import(parsed, certificate, GNUTLS_X509_FMT_DER);
    if (code >= 0) code = read_subject(parsed, &to);
    if (code > 0) code = read_names(parsed, &to);
    gnutls_x509_crt_deinit(parsed);
    if (code < 0) return invalid(text, size, gnutls_strerror(code));
    if (code == 0) return invalid(text, size, "its names are too long");
    return ANNALS_CLIENT_VERIFIED;
}

int annals_connection_client(struct MHD_Connection *handle, char *text, size_t size) {
    gnutls_session_t session = session_of(handle);
    unsigned int count = 0;
    const gnutls_datum_t *chain =
        session == NULL ? NULL : gnutls_certificate_get_peers(session, &count);
    if (chain == NULL || count == 0) return ANNALS_CLIENT_ANONYMOUS;
    gnutls_typed_vdata_st purpose = {GNUTLS_DT_KEY_PURPOSE_OID,
                                     (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT, 0};
    unsigned int status = 0;
    int code = gnutls_certificate_verify_peers(session, &purpose, 1, &status);
    if (code < 0) return invalid(text, size, gnutls_strerror(code));
    if (status == 0) return read_client(&chain[0], text, size);
    gnutls_datum_t reason;
    if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &reason, 0) < 0)
        return invalid(text, size, "not trusted");
    invalid(text, size, (const char *)reason.data);
    gnutls_free(reason.data);
    return ANNALS_CLIENT_INVALID;
}

// -- Linux

const short annals_poll_departure = POLLRDHUP | POLLHUP | POLLERR;

int annals_stream_socket(int family, int protocol) {
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

int annals_accept(int listening, struct sockaddr_storage *address, socklen_t *length) {
    *length = sizeof *address;
    return accept4(listening, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int annals_bell(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
