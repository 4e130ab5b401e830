"""The settings of the embedded PostgreSQL: small, local, and with no data in its log."""

__all__ = ["HBA", "server_options"]

HBA = "host all all 127.0.0.1/32 scram-sha-256\n"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No socket file: its path would have to fit into 107 bytes, and it would be one more way in.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements contain data and password hashes, which do not belong into a log.
    "log_min_error_statement": "panic",
    # The detail of a violated key quotes the row.
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    # Small, because several platforms may run on one laptop.
    "shared_buffers": "16MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "max_connections": "100",
    # An upgrade that makes thousands of tables locks each, with its indexes, until it commits.
    "max_locks_per_transaction": "256",
    # There is nothing to replicate to, and a laptop needs neither parallel queries nor JIT.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "min_wal_size": "16MB",
    "max_worker_processes": "0",
    "max_parallel_workers": "0",
    "max_logical_replication_workers": "0",
    # I/O workers cost memory, and a laptop's page cache leaves them little to do.
    "io_method": "sync",
    "autovacuum_worker_slots": "2",
    "autovacuum_max_workers": "2",
    "huge_pages": "off",
    "jit": "off",
}
# With these even a killed PostgreSQL loses rows: its last commits are only in memory.
UNSAFE_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def server_options(*, durable: bool) -> list[str]:
    """Command-line options of ``postgres``; without ``durable`` it is faster, and may lose data."""
    settings = SETTINGS if durable else SETTINGS | UNSAFE_SETTINGS
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
