//! The server's settings, given on its command line so that neither a file in the cluster nor `ALTER SYSTEM` can undo
//! them. It listens on a unix socket only, and its log holds no statement, parameter or row.

use std::{ffi::OsString, path::Path};

use super::{options::Durability, postmaster::PORT};

/// Whatever the durability.
const ALWAYS: &[&str] = &[
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "password_encryption=scram-sha-256",
    "max_connections=100",
    "timezone=UTC",
    "jit=off",
    // The log goes to the file that the launcher opened, and tells of the server, not of its users' work: client
    // errors can quote a row ("Key (email)=(…) already exists"), so they are below the threshold and details are cut.
    "logging_collector=off",
    "log_destination=stderr",
    "log_timezone=UTC",
    "log_line_prefix=%m [%p] ",
    "log_min_messages=log",
    "log_error_verbosity=terse",
    "log_statement=none",
    "log_min_error_statement=panic",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    "log_min_duration_statement=-1",
    "log_min_duration_sample=-1",
    "log_transaction_sample_rate=0",
    "log_lock_waits=off",
    "log_temp_files=-1",
    "log_checkpoints=off",
];

const DURABLE: &[&str] = &["fsync=on", "full_page_writes=on", "synchronous_commit=on", "shared_buffers=128MB"];

const DISPOSABLE: &[&str] = &[
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "shared_buffers=64MB",
];

/// The arguments of `postgres`.
pub(super) fn arguments(cluster: &Path, socket_dir: &Path, durability: Durability) -> Vec<OsString> {
    let chosen = match durability {
        Durability::Durable => DURABLE,
        Durability::Disposable => DISPOSABLE,
    };
    let mut socket = OsString::from("unix_socket_directories=");
    socket.push(quoted(socket_dir));
    let computed = [socket, format!("port={PORT}").into()];
    let fixed = ALWAYS.iter().chain(chosen).map(OsString::from);
    let mut arguments = vec![OsString::from("-D"), cluster.into()];
    for setting in fixed.chain(computed) {
        arguments.extend([OsString::from("-c"), setting]);
    }
    arguments
}

/// A list of folders is separated by commas; a name in double quotes is taken as it is.
fn quoted(folder: &Path) -> String {
    format!("\"{}\"", folder.display().to_string().replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(durability: Durability) -> String {
        arguments(Path::new("/c"), Path::new("/s"), durability).join(" ".as_ref()).into_string().unwrap()
    }

    #[test]
    fn the_default_loses_no_commit() {
        let durable = text(Durability::default());
        assert!(durable.contains("fsync=on") && durable.contains("full_page_writes=on"), "{durable}");
        assert!(!durable.contains("=off -c full_page") && !durable.contains("wal_level=minimal"), "{durable}");
    }

    #[test]
    fn nothing_listens_on_the_network() {
        for durability in [Durability::Durable, Durability::Disposable] {
            assert!(text(durability).contains("-c listen_addresses= -c "));
        }
    }
}
