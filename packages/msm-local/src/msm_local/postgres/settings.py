"""The settings of the embedded PostgreSQL: small, quiet about data, closed to others."""

__all__ = ["HBA", "server_options"]

HBA = "host all all 127.0.0.1/32 scram-sha-256\n"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No socket file: nothing to place, nothing to clean up, and one way in less.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements carry data and verifiers; the log gets neither.
    "log_min_error_statement": "panic",
    # The detail of a violated key is the row that violated it.
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "shared_buffers": "16MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "max_connections": "100",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "min_wal_size": "16MB",
    "max_worker_processes": "0",
    "max_parallel_workers": "0",
    "max_logical_replication_workers": "0",
    # Workers of their own would cost memory and win nothing on a laptop's page cache.
    "io_method": "sync",
    "autovacuum_worker_slots": "2",
    "autovacuum_max_workers": "2",
    "huge_pages": "off",
    "jit": "off",
}
# Even a killed PostgreSQL loses rows by these: commits of the last moments are in its memory only.
UNSAFE_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def server_options(*, durable: bool) -> list[str]:
    """Command-line options of ``postgres``; not durable means fast and gone at a power cut."""
    settings = SETTINGS if durable else SETTINGS | UNSAFE_SETTINGS
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
