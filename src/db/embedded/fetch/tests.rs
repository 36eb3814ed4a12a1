use std::{io::BufRead, io::BufReader, net::TcpListener, thread};

use flate2::{Compression, write::GzEncoder};

use super::{super::find, super::find::tests::pretend_server, *};

const TRIPLE: &str = "x86_64-unknown-linux-gnu";

fn archive() -> Vec<u8> {
    let root = tempfile::tempdir().unwrap();
    pretend_server(root.path(), "18.6", &find::REQUIRED_EXTENSIONS);
    fs::create_dir(root.path().join("lib")).unwrap();
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    tar.append_dir_all(format!("postgresql-18.6.0-{TRIPLE}"), root.path()).unwrap();
    tar.into_inner().unwrap().finish().unwrap()
}

/// Answers one request on loopback; its base address, and the path that was asked.
fn serve_once(status: &'static str, body: Vec<u8>) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head: Vec<String> =
            BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).unwrap();
        stream.write_all(&body).unwrap();
        head[0].clone()
    });
    (base, asked)
}

fn source(base_url: String, sha256: Option<String>) -> ArchiveSource {
    ArchiveSource { base_url, version: "18.6.0".to_owned(), triple: TRIPLE.to_owned(), sha256 }
}

fn left_in(home: &Path) -> usize {
    fs::read_dir(home).unwrap().count()
}

#[test]
fn the_pinned_archive_is_fetched_unpacked_and_usable() {
    let home = tempfile::tempdir().unwrap();
    let archive = archive();
    let hash = hex::encode(Sha256::digest(&archive));
    let (base, asked) = serve_once("200 OK", archive);
    let bin = source(base, Some(hash)).fetch(home.path()).unwrap();
    assert_eq!(asked.join().unwrap(), format!("GET /18.6.0/postgresql-18.6.0-{TRIPLE}.tar.gz HTTP/1.1"));
    assert_eq!(bin, home.path().join(format!("postgresql-18.6.0-{TRIPLE}/bin")));
    assert_eq!(find::inspect(&bin, None).unwrap().version.to_string(), "18.6");
    assert!(is_unpacked(bin.parent().unwrap()));
    assert_eq!(left_in(home.path()), 1, "only the unpacked folder stays");
}

#[test]
fn an_archive_with_another_hash_is_refused_and_nothing_stays() {
    let home = tempfile::tempdir().unwrap();
    let (base, _asked) = serve_once("200 OK", archive());
    let error = source(base, Some("0".repeat(64))).fetch(home.path()).unwrap_err();
    assert!(matches!(&error, EmbeddedError::Hash { .. }), "{error}");
    assert_eq!(left_in(home.path()), 0);
}

#[test]
fn a_missing_archive_is_said_plainly() {
    let home = tempfile::tempdir().unwrap();
    let (base, _asked) = serve_once("404 Not Found", Vec::new());
    let error = source(base, Some("0".repeat(64))).fetch(home.path()).unwrap_err();
    assert!(error.to_string().contains("no such archive (404)"), "{error}");
    assert_eq!(left_in(home.path()), 0);
}

#[test]
fn an_archive_that_ends_early_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for line in BufReader::new(&stream).lines().map_while(Result::ok) {
            if line.is_empty() {
                break;
            }
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf").unwrap();
    });
    let error = source(base, Some("0".repeat(64))).fetch(home.path()).unwrap_err();
    server.join().unwrap();
    assert!(matches!(error, EmbeddedError::Fetch { .. }), "{error}");
    assert_eq!(left_in(home.path()), 0);
}

#[test]
fn a_platform_without_a_pin_asks_nobody() {
    let home = tempfile::tempdir().unwrap();
    let error = source("http://127.0.0.1:9".to_owned(), None).fetch(home.path()).unwrap_err();
    assert!(error.to_string().contains("no archive is pinned"), "{error}");
}

#[test]
fn every_pin_is_a_sha256() {
    for (triple, hash) in PINNED_HASHES {
        assert_eq!(hash.len(), 64, "{triple}");
        assert_eq!(hex::encode(hex::decode(hash).unwrap()), *hash, "{triple}");
    }
}
