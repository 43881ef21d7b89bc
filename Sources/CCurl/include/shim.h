#pragma once

#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

// libcurl sets and reads by variadic functions, which Swift does not import: one here for each type.

CURLcode annals_curl_set_number(CURL *handle, CURLoption option, long value);
CURLcode annals_curl_set_size(CURL *handle, CURLoption option, int64_t value);
/// libcurl keeps a copy of the text.
CURLcode annals_curl_set_text(CURL *handle, CURLoption option, const char *value);

/// The URL must live as long as the transfer.
CURLcode annals_curl_set_url(CURL *handle, CURLU *url);
/// The list must live as long as the transfer.
CURLcode annals_curl_set_fields(CURL *handle, struct curl_slist *fields);
/// The bytes are not copied and must live as long as the transfer.
CURLcode annals_curl_set_body(CURL *handle, const void *bytes, size_t size);
/// At least CURL_ERROR_SIZE characters, which must live as long as the transfer.
CURLcode annals_curl_set_error_text(CURL *handle, char *text);

typedef size_t (*annals_curl_receiver)(char *bytes, size_t one, size_t size, void *receiver);
/// Who gets the lines of the head and the pieces of the body; another return value than `size` ends
/// the transfer.
CURLcode annals_curl_set_receiver(CURL *handle, annals_curl_receiver head,
                                  annals_curl_receiver body, void *receiver);

/// The status of the last response, or 0.
long annals_curl_status(CURL *handle);

CURLMcode annals_curl_limit(CURLM *multi, CURLMoption option, long value);

/// The next transfer that has ended, with how it ended in `outcome`; null where there is none.
CURL *annals_curl_next_ended(CURLM *multi, CURLcode *outcome);
