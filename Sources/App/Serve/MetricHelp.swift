/// What each metric means: the sentence behind `# HELP`.
enum MetricHelp {
    static let sentences = [
        "annals_auth_failures_total": "Requests whose caller could not be told, by reason.",
        "annals_body_bytes_in_flight": "Bytes of request bodies in memory.",
        "annals_certificate_expiry_timestamp_seconds":
            "When the certificate in use ends, in seconds since 1970.",
        "annals_commit_events": "Events in one transaction.",
        "annals_connections": "Connections open now.",
        "annals_connections_refused": "Connections turned away since the start.",
        "annals_connections_timed_out": "Connections cut because the client was too slow.",
        "annals_credential_files_current":
            "1 while the newest version of a strategy's files is in use, 0 while it is no good.",
        "annals_database_connections":
            "Connections to the server: limit and open, callers waiting, and since the start "
            + "opened and lost.",
        "annals_event_signatures_total":
            "Published events by what became of message_signature, where it is judged.",
        "annals_events_expired_total": "Events deleted because they reached their age.",
        "annals_events_rejected_total": "Published events that were not taken, by reason.",
        "annals_events_total": "Published events, by what became of them.",
        "annals_healthy": "1 while every health check passes, else 0.",
        "annals_http_request_duration_seconds":
            "Time from a whole request to the head of its answer, by route.",
        "annals_http_requests_total": "Answered requests, by route, method and status.",
        "annals_ingest_queue_events": "Events that wait to be written.",
        "annals_policy_current":
            "1 while the rules in force are those of the policy files, else 0.",
        "annals_policy_loads_total": "Changes of the policy files, by whether they were taken.",
        "annals_keystone_cached_tokens": "Tokens that are remembered.",
        "annals_keystone_duration_seconds": "Time Keystone took for an answer, by call.",
        "annals_keystone_lookups_total":
            "Tokens looked up, by result: known (hit), asked for (miss), asked for by another "
            + "request (joined), known to be unknown (negative), refused unasked (limited).",
        "annals_keystone_reachable": "1 where Keystone's last answer made sense, else 0.",
        "annals_keystone_validations_total": "Tokens that Keystone was asked about, by outcome.",
        "annals_publish_refused_total":
            "Publish requests refused as a whole, by status: Ceilometer's own publisher loses them.",
        "annals_spool_bytes": "Bytes of events that wait in the spool.",
        "annals_spool_damaged_total": "Damaged or missing places of the spool.",
        "annals_spool_drained_total": "Events that left the spool, by what became of them.",
        "annals_spool_events": "Events that wait in the spool.",
        "annals_spool_failures_total": "Batches that could not be spooled, by kind.",
        "annals_spool_oldest_seconds": "How long the oldest event of the spool has waited.",
        "annals_spool_set_aside_bytes": "Bytes that the spool has set aside for the operator.",
        "annals_store_duration_seconds": "Time a verb of the store took, by verb.",
        "annals_store_failures_total": "Failures of the store, by verb and kind.",
        "annals_store_retries_total": "Transactions given to the server again, by reason.",
        "annals_store_durable":
            "1 while an acknowledgement would survive a power loss, else 0.",
        "process_cpu_seconds": "Processor time this process has used.",
        "process_open_fds": "Open file descriptors of this process.",
        "process_resident_memory_bytes": "Memory of this process that is not swapped out.",
    ]
}
