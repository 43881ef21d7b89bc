#include "shim.h"

CURLcode annals_curl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode annals_curl_set_size(CURL *handle, CURLoption option, int64_t value) {
    return curl_easy_setopt(handle, option, (curl_off_t)value);
}

CURLcode annals_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode annals_curl_set_url(CURL *handle, CURLU *url) {
    return curl_easy_setopt(handle, CURLOPT_CURLU, url);
}

CURLcode annals_curl_set_fields(CURL *handle, struct curl_slist *fields) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, fields);
}

CURLcode annals_curl_set_body(CURL *handle, const void *bytes, size_t size) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
    if (code != CURLE_OK) return code;
    return curl_easy_setopt(handle, CURLOPT_POSTFIELDS, bytes);
}

CURLcode annals_curl_set_error_text(CURL *handle, char *text) {
    return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, text);
}

CURLcode annals_curl_set_receiver(CURL *handle, annals_curl_receiver head,
                                  annals_curl_receiver body, void *receiver) {
    CURLcode codes[] = {
        curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, head),
        curl_easy_setopt(handle, CURLOPT_HEADERDATA, receiver),
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body),
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, receiver),
    };
    for (size_t index = 0; index < sizeof codes / sizeof codes[0]; index++)
        if (codes[index] != CURLE_OK) return codes[index];
    return CURLE_OK;
}

long annals_curl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

CURLMcode annals_curl_limit(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

CURL *annals_curl_next_ended(CURLM *multi, CURLcode *outcome) {
    int left = 0;
    struct CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *outcome = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}
