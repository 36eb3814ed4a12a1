//! The embedded PostgreSQL with real servers in temporary folders. Each test starts its own, throws it away, and
//! needs a PostgreSQL 15 or newer on this machine; nothing is fetched.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod ground;

use std::{
    fs,
    io::{BufRead, stdin},
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::Path,
    thread,
};

use clinic_cms::db::embedded::{Departure, Durability, EmbeddedError, Lifetime, Server, installed};
use ground::{Ground, Held, ask, hang_up, is_root, kill_hard};

#[test]
fn from_nothing_to_a_server_that_knows_the_password_and_the_extensions() {
    let ground = Ground::new();
    let server = Server::start_or_join(&ground.options()).unwrap();
    assert!(server.started_here());
    for extension in ["btree_gist", "pg_trgm", "unaccent"] {
        ask(&server, &format!("create extension {extension}")).unwrap();
    }
    assert_eq!(ask(&server, "show listen_addresses").unwrap(), "");
    assert_eq!(
        ask(&server, "select current_user || ' ' || setting from pg_settings where name = 'server_encoding'").unwrap(),
        "clinic_owner UTF8"
    );
    assert_eq!(ask(&server, "show data_checksums").unwrap(), "on");
    assert!(ground::ask_as(&server, "wrong", "select 1").unwrap_err().contains("password authentication failed"));
    assert_eq!(server.stop().unwrap(), Departure::Stopped);
}

#[test]
fn the_default_server_flushes_every_commit() {
    let ground = Ground::new();
    let mut options = ground.options();
    options.durability = Durability::Durable;
    let server = Server::start_or_join(&options).unwrap();
    let flushing = "select string_agg(setting, ' ' order by name) from pg_settings \
                    where name in ('fsync', 'full_page_writes', 'synchronous_commit')";
    assert_eq!(ask(&server, flushing).unwrap(), "on on on");
}

#[test]
fn a_second_start_finds_the_first_ones_rows() {
    let ground = Ground::new();
    let first = Server::start_or_join(&ground.options()).unwrap();
    ask(&first, "create table kept as select 42 as answer").unwrap();
    assert_eq!(first.stop().unwrap(), Departure::Stopped);
    let second = Server::start_or_join(&ground.options()).unwrap();
    assert!(second.started_here());
    assert_eq!(ask(&second, "select answer from kept").unwrap(), "42");
}

#[test]
fn the_last_one_out_turns_off_the_light() {
    let ground = Ground::new();
    let first = Server::start_or_join(&ground.options()).unwrap();
    let second = Server::start_or_join(&ground.options()).unwrap();
    assert!(!second.started_here());
    assert_eq!((first.pid(), first.socket_dir()), (second.pid(), second.socket_dir()));
    assert_eq!(first.stop().unwrap(), Departure::StillUsed);
    assert_eq!(ask(&second, "select 1").unwrap(), "1");
    let socket_dir = second.socket_dir().to_path_buf();
    assert_eq!(second.stop().unwrap(), Departure::Stopped);
    assert!(!socket_dir.exists());
}

#[test]
fn programs_that_start_at_once_share_one_server() {
    let ground = Ground::new();
    let servers: Vec<Server> = thread::scope(|scope| {
        let starts: Vec<_> =
            (0..4).map(|_| scope.spawn(|| Server::start_or_join(&ground.options()).unwrap())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(servers.iter().filter(|server| server.started_here()).count(), 1);
    assert!(servers.iter().all(|server| server.pid() == servers[0].pid()));
}

#[test]
fn a_program_killed_outright_takes_its_server_along_and_loses_no_row() {
    let ground = Ground::new();
    let held = Held::start(&ground, Lifetime::WithProgram);
    let joined = Server::start_or_join(&ground.options()).unwrap();
    assert_eq!(joined.pid(), held.server_pid);
    ask(&joined, "create table kept as select 42 as answer").unwrap();
    held.kill();
    let next = Server::start_or_join(&ground.options()).unwrap();
    assert!(next.started_here());
    assert_ne!(next.pid(), joined.pid());
    assert_eq!(ask(&next, "select answer from kept").unwrap(), "42");
}

#[test]
fn a_detached_server_outlives_its_starter_and_is_adopted() {
    let ground = Ground::new();
    let held = Held::start(&ground, Lifetime::Detached);
    let pid = held.server_pid;
    held.kill();
    let adopted = Server::start_or_join(&ground.options()).unwrap();
    assert_eq!((adopted.pid(), adopted.started_here()), (pid, false));
    assert_eq!(adopted.stop().unwrap(), Departure::Stopped);
}

#[test]
fn a_start_killed_while_it_makes_the_cluster_does_not_block_the_next() {
    let ground = Ground::new();
    let interrupted = Held::begin(&ground, Lifetime::WithProgram);
    ground.await_unfinished_cluster();
    interrupted.kill();
    let server = Server::start_or_join(&ground.options()).unwrap();
    assert_eq!(ask(&server, "select 1").unwrap(), "1");
    assert!(ground.unfinished().is_empty());
}

#[test]
fn a_killed_server_is_started_again_on_the_same_socket() {
    let ground = Ground::new();
    let mut options = ground.options();
    options.durability = Durability::Durable;
    let first = Server::start_or_join(&options).unwrap();
    ask(&first, "create table kept as select 42 as answer").unwrap();
    kill_hard(first.pid());
    while first.is_running() {
        thread::yield_now();
    }
    let second = Server::start_or_join(&options).unwrap();
    assert!(second.started_here());
    assert_eq!(first.socket_dir(), second.socket_dir());
    assert_eq!(ask(&second, "select answer from kept").unwrap(), "42");
}

#[test]
fn a_server_on_its_way_out_is_waited_for() {
    let ground = Ground::new();
    let first = Server::start_or_join(&ground.options()).unwrap();
    hang_up(first.pid());
    while first.is_running() {
        thread::yield_now();
    }
    let second = Server::start_or_join(&ground.options()).unwrap();
    assert!(second.started_here());
    assert_eq!(ask(&second, "select 1").unwrap(), "1");
}

#[test]
fn the_servers_log_holds_no_word_of_a_statement() {
    let ground = Ground::new();
    let server = Server::start_or_join(&ground.options()).unwrap();
    ask(&server, "create table inquiry (email text primary key)").unwrap();
    for statement in [
        "insert into inquiry values ('canary@example.org'), ('canary@example.org')",
        "select 'canary'::uuid",
        "select canary from inquiry",
        "do $$ begin raise exception 'canary'; end $$",
        "do $$ begin raise warning 'canary'; end $$",
    ] {
        let _ = ask(&server, statement);
    }
    let log = server.log_file();
    server.stop().unwrap();
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("database system is ready") && !log.contains("canary"), "{log}");
}

#[test]
fn a_failed_start_shows_the_servers_own_words() {
    let ground = Ground::new();
    Server::start_or_join(&ground.options()).unwrap().stop().unwrap();
    fs::write(ground.home().join("cluster/postgresql.conf"), "no_such_setting = 1\n").unwrap();
    let refused = Server::start_or_join(&ground.options()).unwrap_err();
    assert!(matches!(refused, EmbeddedError::Start { .. }));
    assert!(refused.to_string().contains("no_such_setting"), "{refused}");
}

#[test]
fn a_cluster_of_another_major_version_is_refused_naming_both() {
    let ground = Ground::new();
    let options = ground.options();
    Server::start_or_join(&options).unwrap().stop().unwrap();
    fs::write(ground.home().join("cluster/PG_VERSION"), "11\n").unwrap();
    let refused = Server::start_or_join(&options).unwrap_err().to_string();
    let here = installed(&options).unwrap().version.to_string();
    assert!(refused.contains("made by PostgreSQL 11") && refused.contains(&here), "{refused}");
}

#[test]
fn secrets_and_folders_are_closed_to_others() {
    let ground = Ground::new();
    let server = Server::start_or_join(&ground.options()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    let passing = if is_root() { 0o711 } else { 0o700 };
    assert_eq!(mode(&ground.data_dir()), passing);
    assert_eq!(mode(&ground.home()), passing);
    assert_eq!(mode(&ground.home().join("cluster")), 0o700);
    assert_eq!(mode(&ground.home().join("superuser-password")), 0o600);
    assert_eq!(mode(&server.log_file()), 0o600);
    assert_eq!(mode(server.socket_dir()), 0o700);
    assert!(!format!("{server:?}").contains(server.password()));
}

#[test]
fn a_data_directory_below_a_closed_folder_works_for_root() {
    if !is_root() {
        return;
    }
    let ground = Ground::new();
    let closed = ground.data_dir().parent().unwrap().to_path_buf();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let server = Server::start_or_join(&ground.options()).unwrap();
    assert_eq!(ask(&server, "select 1").unwrap(), "1");
    assert!(fs::symlink_metadata(ground.data_dir().join("postgres")).unwrap().is_symlink());
    assert!(ground.home().starts_with(ground.system_dir()));
    assert_eq!(fs::metadata(&closed).unwrap().mode() & 0o777, 0o700);
    server.stop().unwrap();
    assert!(Server::start_or_join(&ground.options()).unwrap().started_here());
}

#[test]
fn a_lone_link_to_postgres_is_enough() {
    let ground = Ground::new();
    let mut options = ground.options();
    let lone = ground.folder("lone");
    symlink(installed(&options).unwrap().folder.join("postgres"), lone.join("postgres")).unwrap();
    options.known_folders.clear();
    options.search_path = Some(lone.into_os_string());
    assert!(Server::start_or_join(&options).unwrap().started_here());
}

#[test]
fn a_wrong_setting_starts_nothing() {
    let ground = Ground::new();
    let mut options = ground.options();
    options.binaries = Some(ground.folder("empty"));
    assert!(matches!(Server::start_or_join(&options), Err(EmbeddedError::Setting { .. })));
}

/// Not a test: the other program of the tests above, which they kill. Its orders come on stdin; with none it ends.
#[test]
#[ignore = "run by other tests as a program of its own"]
fn hold_a_server() {
    let mut orders = stdin().lock().lines().map_while(Result::ok);
    let (Some(folder), Some(lifetime)) = (orders.next(), orders.next()) else { return };
    let mut options = ground::options(Path::new(&folder));
    options.lifetime = if lifetime == "detached" { Lifetime::Detached } else { Lifetime::WithProgram };
    let server = Server::start_or_join(&options).unwrap();
    println!("\n{}{}", ground::HELD, server.pid());
    // Until the parent ends it or goes away.
    assert_eq!(orders.next(), None);
}
