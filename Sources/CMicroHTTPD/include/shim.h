#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <microhttpd.h>

// libmicrohttpd starts by a variadic function and hands TLS out in GnuTLS's types: both end here.

/// What is called back. `listener` is the pointer of the options; the other pointers are those that
/// `connected` and `began` returned. For one connection every call comes from one thread.
struct annals_callbacks {
    /// A connection was accepted; before its first byte is read.
    void *(*connected)(void *listener, struct MHD_Connection *handle);
    void (*disconnected)(void *connection);
    /// A request line was read. `target` is as sent.
    void *(*began)(void *connection, struct MHD_Connection *handle, const char *target,
                   size_t length);
    /// First with the head alone, then with each piece of the body, then with no data (and again
    /// after each resume) until a response is queued. `target_room` is the number of bytes from the
    /// target to the version. Returns 0 to cut the connection.
    int (*advanced)(void *exchange, const char *method, const char *version, size_t target_room,
                    const char *data, size_t size);
    void (*completed)(void *exchange);
    void (*logged)(void *listener, const char *message);
};

struct annals_options {
    void *listener;
    int is_secure;
    unsigned int threads;
    unsigned int connections_per_thread;
    unsigned int idle_timeout_seconds;
    size_t memory_per_connection;
};

struct annals_server;

/// Starts the threads without a listening socket. Null where it could not start.
struct annals_server *annals_server_start(const struct annals_options *options,
                                          const struct annals_callbacks *callbacks);
/// Joins the threads and frees the server. No connection may be suspended.
void annals_server_stop(struct annals_server *server);
/// Hands over an accepted socket, which is closed where 0 is returned.
int annals_server_add(struct annals_server *server, int socket, const struct sockaddr *address,
                      socklen_t length);

/// The socket of a connection, or -1.
int annals_connection_socket(struct MHD_Connection *handle);
const struct sockaddr *annals_connection_address(struct MHD_Connection *handle);

/// One header field; the text lives as long as the request.
struct annals_field {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
    /// The field spans lines (RFC 9112 section 5.2), which this version joins wrongly.
    int is_folded;
};

/// Fills at most `capacity` fields and returns how many there are.
size_t annals_request_fields(struct MHD_Connection *handle, struct annals_field *fields,
                             size_t capacity);

/// Whether the head, which begins at `start`, ends with two line ends after `last`. Otherwise a line
/// that begins with a colon was taken for the empty one, and the fields after it for a request.
int annals_head_ends_after(struct MHD_Connection *handle, const char *start, const char *last);

/// A response with a copy of the bytes, or null.
struct MHD_Response *annals_response_of_bytes(const void *bytes, size_t size);
/// A response that asks `read` for bytes: how many it wrote, 0 where it suspended the connection,
/// `annals_stream_end` or `annals_stream_failure`. `free` is called once, at the end.
struct MHD_Response *annals_response_of_stream(ssize_t (*read)(void *, uint64_t, char *, size_t),
                                               void (*free)(void *), void *context);
extern const ssize_t annals_stream_end;
extern const ssize_t annals_stream_failure;

/// 1 where the header field was taken; it is not where it holds what no field may.
int annals_response_add(struct MHD_Response *response, const char *name, const char *value);
/// Queues the response and gives up our reference to it; 1 on success.
int annals_respond(struct MHD_Connection *handle, unsigned int status,
                   struct MHD_Response *response);

/// A certificate chain with its key, and whom to trust as clients.
struct annals_credentials;

/// `authority` may be null. Null on failure, with the reason in `reason`.
struct annals_credentials *annals_credentials_make(const char *chain, const char *key,
                                                   const char *authority, char *reason,
                                                   size_t reason_size);
void annals_credentials_free(struct annals_credentials *credentials);
/// To be called from `connected`: before the handshake. The credentials must live until
/// `disconnected` was called.
int annals_connection_secure(struct MHD_Connection *handle, struct annals_credentials *credentials);

enum annals_client {
    ANNALS_CLIENT_ANONYMOUS = 0,
    ANNALS_CLIENT_VERIFIED = 1,
    ANNALS_CLIENT_INVALID = 2,
};
/// Checks the certificate that the client showed. `text` gets the reason where it is invalid. Where it
/// is verified, it gets the subject (RFC 4514), then each alternative name behind a letter for its kind
/// (d DNS, u URI, e email), then nothing, each with a zero at its end.
int annals_connection_client(struct MHD_Connection *handle, char *text, size_t size);

// -- What the Glibc module hides, as it is Linux's own

/// A stream socket that does not block and is not inherited, or -1.
int annals_stream_socket(int family, int protocol);
/// The next client that waits, its socket as above; -1 where there is none.
int annals_accept(int listening, struct sockaddr_storage *address, socklen_t *length);
/// An eventfd that does not block, or -1.
int annals_bell(void);
/// For `poll`: the other side has closed, or will send no more.
extern const short annals_poll_departure;
