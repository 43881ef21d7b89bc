/// What each metric means: the sentence behind `# HELP`.
enum MetricHelp {
    static let sentences = [
        "annals_body_bytes_in_flight": "Bytes of request bodies in memory.",
        "annals_certificate_expiry_timestamp_seconds":
            "When the certificate in use ends, in seconds since 1970.",
        "annals_commit_events": "Events in one transaction.",
        "annals_connections": "Connections open now.",
        "annals_connections_refused": "Connections turned away since the start.",
        "annals_connections_timed_out": "Connections cut because the client was too slow.",
        "annals_database_connections":
            "Connections to the server: limit and open, callers waiting, and since the start "
            + "opened and lost.",
        "annals_events_expired_total": "Events deleted because they reached their age.",
        "annals_events_rejected_total": "Published events that were not taken, by reason.",
        "annals_events_total": "Published events, by what became of them.",
        "annals_healthy": "1 while every health check passes, else 0.",
        "annals_http_request_duration_seconds":
            "Time from a whole request to the head of its answer, by route.",
        "annals_http_requests_total": "Answered requests, by route, method and status.",
        "annals_ingest_queue_events": "Events that wait to be written.",
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
