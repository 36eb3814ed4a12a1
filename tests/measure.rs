//! The benchmarks' own rules: how they count, read and print. `benches/http` and `benches/sign_in` are programs without a
//! test harness, so their tests stand here. Whether the product is fast is not asserted anywhere.

#![allow(dead_code, reason = "each room of the benchmark is compiled here, and some of it only the benchmark calls")]
#![allow(clippy::unwrap_used, reason = "a test's own server may panic where the test may")]

#[path = "../benches/http/bare.rs"]
mod bare;
#[path = "../benches/http/cases.rs"]
mod cases;
#[path = "../benches/sign_in/comparison.rs"]
mod comparison;
#[path = "../benches/http/database.rs"]
mod database;
#[path = "../benches/http/exchange.rs"]
mod exchange;
#[path = "../benches/http/figures.rs"]
mod figures;
#[path = "../benches/sign_in/flood.rs"]
mod flood;
#[path = "../benches/sign_in/guessing.rs"]
mod guessing;
#[path = "../benches/http/interrupt.rs"]
mod interrupt;
#[path = "../benches/http/load.rs"]
mod load;
#[path = "../benches/sign_in/login.rs"]
mod login;
#[path = "../benches/http/pgbench.rs"]
mod pgbench;
#[path = "../benches/http/processor.rs"]
mod processor;
#[path = "../benches/http/report.rs"]
mod report;
#[path = "../benches/http/rounds.rs"]
mod rounds;
#[path = "../benches/http/scratch.rs"]
mod scratch;
#[path = "../benches/http/service.rs"]
mod service;
#[path = "../benches/http/statements.rs"]
mod statements;
#[path = "../benches/http/trouble.rs"]
mod trouble;
#[path = "../benches/http/writing.rs"]
mod writing;
#[path = "../benches/http/written.rs"]
mod written;

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use exchange::{Frame, Received, ask};
use figures::{Figures, Sample};
use interrupt::Interrupt;
use load::{Load, Request};
use trouble::Trouble;

/// A server that answers every request with the same text, or hangs up at once where there is none.
fn serve(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || reply(&stream, answer));
        }
    });
    address
}

fn reply(mut stream: &TcpStream, answer: &str) {
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if line.is_empty() && (answer.is_empty() || stream.write_all(answer.as_bytes()).is_err()) {
            return;
        }
    }
}

fn drive(target: SocketAddr) -> Result<Sample, Trouble> {
    let request = Arc::new(Request::Same(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec()));
    let load = Load { target, request, expected: 200, connections: 3, length: Duration::from_millis(50) };
    load.drive(&Interrupt::default())
}

#[test]
fn answers_of_the_expected_status_are_counted_with_their_latency() {
    let sample = drive(serve("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")).unwrap();
    assert!(sample.requests > 0 && sample.latencies.len() == sample.requests as usize);
    assert_eq!(sample.unexpected, 0);
}

#[test]
fn another_status_is_told_apart() {
    let sample = drive(serve("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n")).unwrap();
    assert!(sample.requests == 0 && sample.unexpected > 0);
}

#[test]
fn a_connection_that_is_closed_ends_the_run() {
    assert!(matches!(drive(serve("")), Err(Trouble::Failed(_))));
}

#[test]
fn an_interrupted_load_tells_no_figures() {
    let interrupt = Interrupt::default();
    interrupt.set();
    let request = Arc::new(Request::Same(Vec::new()));
    let load = Load { target: serve(""), request, expected: 200, connections: 1, length: Duration::from_mins(1) };
    assert!(matches!(load.drive(&interrupt), Err(Trouble::Interrupted)));
}

#[test]
fn a_wait_ends_at_its_limit_and_when_the_run_is_interrupted() {
    let interrupt = Interrupt::default();
    assert_eq!(interrupt.poll(Duration::from_millis(1), || None::<()>).unwrap(), None);
    interrupt.set();
    assert!(matches!(interrupt.poll(Duration::MAX, || None::<()>), Err(Trouble::Interrupted)));
}

#[test]
fn the_bare_responder_sends_what_the_service_sent() {
    for original in [answer(200, b"{\"data\": []}"), answer(201, b"{}"), answer(304, b"")] {
        let bare = bare::Bare::start(&original).unwrap();
        let get = ask(bare.address, b"GET /any HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
        assert!(bare::is_same(&original, &get), "{get:?}");
        let post = ask(bare.address, b"POST /any HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        assert!(bare::is_same(&original, &post), "{post:?}");
    }
}

fn answer(status: u16, body: &[u8]) -> Received {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut headers = vec![header("etag", "\"a\""), header("content-type", "application/json")];
    if !body.is_empty() {
        headers.push(header("content-length", &body.len().to_string()));
    }
    Received { status, headers, body: body.to_vec() }
}

#[test]
fn an_answer_ends_where_its_length_says() {
    let bytes = b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX: y\r\n\r\nhelloHTTP/1.1";
    let frame = Frame::read(bytes).unwrap().unwrap();
    assert_eq!((frame.status, frame.body, frame.length()), (201, 5, 54));
    let taken = Received::take_apart(bytes, frame);
    assert_eq!((taken.header("x"), taken.body.as_slice()), (Some("y"), b"hello".as_slice()));
}

#[test]
fn half_a_head_is_no_answer_yet() {
    assert_eq!(Frame::read(b"HTTP/1.1 200 OK\r\ncontent-len").unwrap(), None);
}

#[test]
fn a_304_has_no_body_whatever_its_length_says() {
    let frame = Frame::read(b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n").unwrap().unwrap();
    assert_eq!(frame.body, 0);
}

#[test]
fn an_answer_without_a_length_is_refused() {
    assert!(Frame::read(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    assert!(Frame::read(b"220 mail.example ready\r\n\r\n").is_err());
}

#[test]
fn each_inquiry_is_from_somebody_else_and_of_the_same_length() {
    let (one, other) = (cases::inquiry(1), cases::inquiry(99_999));
    assert_ne!(one, other);
    assert_eq!(one.len(), other.len());
    let request = Request::Numbered(cases::keyed_inquiry);
    assert_ne!(request.bytes(), request.bytes());
}

#[test]
fn a_post_says_how_long_its_body_is() {
    let text = String::from_utf8(cases::keyed_inquiry(1)).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.ends_with(&format!("content-length: {}", body.len())), "{head}");
    assert!(head.contains("\r\nidempotency-key: measured-000000000001\r\n"));
}

fn round(requests: u32, latencies: &[u32]) -> figures::Round {
    Sample { requests, seconds: 1.0, latencies: latencies.to_vec(), ..Sample::default() }.round(None, None, None)
}

#[test]
fn figures_are_the_middle_of_the_rounds() {
    let figures = Figures::of(&[round(5, &[]), round(1, &[]), round(3, &[])]).unwrap();
    assert_eq!(format!("{} {:?}", figures.rate, figures.rates), "3 (1.0, 5.0)");
    assert_eq!(Figures::of(&[round(1, &[]), round(4, &[])]).unwrap().rate.to_string(), "2.5");
    assert!(Figures::of(&[]).is_none());
}

#[test]
fn percentiles_are_values_that_occurred() {
    let hundred: Vec<u32> = (1..=100).rev().collect();
    let of = |latencies: &[u32]| (round(1, latencies).p50, round(1, latencies).p99);
    assert_eq!((of(&hundred), of(&[7]), of(&[])), ((50, 99), (7, 7), (0, 0)));
}

#[test]
fn processor_time_is_spread_over_all_answers() {
    let sample = Sample { requests: 900, unexpected: 100, seconds: 3.0, latencies: Vec::new() };
    let round = sample.round(Some(Duration::from_millis(10)), None, Some(2048));
    assert_eq!((round.own, round.postgres, round.resident), (Some(10.0), None, Some(2.0)));
    assert_eq!(round.rate.to_string(), "300");
}

#[test]
fn a_process_name_with_parentheses_does_not_shift_the_fields() {
    let spent = processor::parse("12 (a) b (c)) S 7 1 1 0 -1 4 10 0 0 0 150 50 3 4 20 0 1 0").unwrap();
    assert_eq!((spent.parent, spent.own.as_secs(), spent.ended_children.as_millis()), (7, 2, 70));
    assert_eq!(processor::parse("12 (short) S 7"), None);
}

#[cfg(target_os = "linux")]
#[test]
fn this_process_has_figures() {
    let pid = i32::try_from(std::process::id()).unwrap();
    assert!(processor::of_process(pid).is_some() && processor::resident_kib(pid).is_some_and(|kib| kib > 100));
    assert!(processor::of_cluster(pid).is_some() && processor::of_ended_children().is_some());
}

#[test]
fn the_nearest_mount_point_tells_the_file_system() {
    let mounts = "/dev/vda / ext4 rw 0 0\ntmpfs /nowhere/tmp tmpfs rw 0 0\n";
    assert_eq!(scratch::filesystem(mounts, Path::new("/nowhere/tmp/x")), "tmpfs");
    assert_eq!(scratch::filesystem(mounts, Path::new("/nowhere/temporary")), "ext4");
    assert_eq!(scratch::filesystem("", Path::new("/nowhere")), "unknown");
}

#[test]
fn the_services_address_is_read_once_its_line_is_whole() {
    assert_eq!(service::address("API        http://127.0.0.1:40"), None);
    assert_eq!(service::address("API        http://127.0.0.1:4013/v1\nDo"), "127.0.0.1:4013".parse().ok());
}

#[test]
fn the_server_of_a_data_directory_is_found_by_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("postgres/cluster")).unwrap();
    let file = folder.path().join("postgres/cluster/postmaster.pid");
    fs::write(&file, "4711\n/c\n1763877000\n5432\n/tmp/s\n\n 9 8\nready\n").unwrap();
    let cluster = service::Cluster::of(folder.path()).unwrap();
    assert_eq!((cluster.pid, cluster.port, cluster.socket_dir), (4711, 5432, PathBuf::from("/tmp/s")));
    fs::write(&file, "1\n").unwrap();
    assert!(service::Cluster::of(folder.path()).is_none());
}

fn types(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_selects_parameters_keep_their_numbers_and_types() {
    let kinds = types(&["Text", "Uuid", "Int8", "Int8", "Int8", "Int8", "Int8", "Int8", "Int8", "Int8"]);
    let values = ["x", "-", "3", "4", "5", "6", "7", "8", "9", "10"];
    let script = statements::bind("select $1, $2::uuid, $10", &kinds, &values).unwrap();
    assert_eq!(script.text, "select (:p1::text), (nullif(:p2::text, '-')::uuid)::uuid, (:p10::bigint);\n");
    assert_eq!(script.values.last().unwrap(), &("p10".to_owned(), "10".to_owned()));
}

#[test]
fn a_select_that_has_changed_is_not_measured() {
    assert!(statements::bind("select $1", &types(&["Text"]), &["x", "y"]).is_err());
    assert!(statements::bind("select $1", &types(&["Circle"]), &["x"]).is_err());
}

#[test]
fn a_select_is_found_by_what_no_other_holds() {
    let folder = tempfile::tempdir().unwrap();
    for (name, query) in [("query-a.json", "select one"), ("query-b.json", "select two")] {
        let known = serde_json::json!({"query": query, "describe": {"parameters": {"Left": ["Int8"]}}});
        fs::write(folder.path().join(name), known.to_string()).unwrap();
    }
    assert_eq!(statements::find(folder.path(), &["two"]).unwrap(), ("select two".to_owned(), types(&["Int8"])));
    assert!(statements::find(folder.path(), &["select"]).is_err());
    assert!(statements::find(folder.path(), &["three"]).is_err());
}

#[test]
fn a_post_is_written_once_more_with_fresh_ids_and_hashes_and_the_rest_as_it_was() {
    let id = "01a20764-1d11-7531-aace-552e249a1a0b";
    let column = |name: &str, kind: &str, is_unique, value: &str| written::Column {
        name: name.to_owned(),
        kind: kind.to_owned(),
        is_unique,
        value: value.to_owned(),
    };
    let row = |table: &str, columns| written::WrittenRow { table: table.to_owned(), columns };
    let hash = format!("\\x{}", "ab".repeat(32));
    let rows = [
        row(
            "cms.inquiry",
            vec![
                column("id", "uuid", true, id),
                column("form_id", "uuid", false, "01a20764-1786-7221-87d4-b5b3b4d7f8c5"),
                column("email_index", "bytea", false, &hash),
                column("sealed_name", "bytea", false, "\\x00"),
                column("received_at", "timestamp with time zone", false, "0.000000"),
            ],
        ),
        row("cms.outbox_event", vec![column("subject_id", "uuid", false, id)]),
    ];
    let script = written::script(&rows);
    let inquiry = "insert into cms.inquiry (\"id\", \"form_id\", \"email_index\", \"sealed_name\", \"received_at\") \
                   select f.id0, :v0::uuid, sha256((:r::bigint + 1)::text::bytea), :v1::bytea, \
                   f.now + interval '0.000000 seconds' from f";
    assert!(script.text.contains(inquiry), "{}", script.text);
    assert!(
        script.text.contains("insert into cms.outbox_event (\"subject_id\") select f.id0 from f"),
        "{}",
        script.text
    );
    assert_eq!(script.values.len(), 2);
    assert_eq!(script.text.matches(';').count(), 1, "one statement, one commit");
}

#[test]
fn pgbenchs_figures_are_read() {
    let text = "transaction type: x.sql\nnumber of transactions actually processed: 300\n\
                latency average = 1.1 ms\ntps = 100.000000 (without initial connection time)\n";
    let sample = pgbench::read(text).unwrap();
    assert_eq!((sample.requests, sample.seconds.to_string().as_str()), (300, "3"));
    assert!(pgbench::read("tps = 1").is_none());
    assert_eq!(pgbench::latency("3 17 2081 0 1763877000 123456"), Some(2081));
    assert_eq!(pgbench::latency("3 17 failed 0 1763877000 123456"), None);
}

#[test]
fn two_runs_write_the_same_articles_of_nine_kilobytes() {
    let (one, other) = (writing::articles(20), writing::articles(20));
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one.html, other.html);
        assert!((9000..10_000).contains(&one.html.len()), "{}", one.html.len());
        assert!(one.html.contains("id=\"part-1\"") && one.headings.contains("\"part-1\""));
    }
}

fn shown(rate: f64, postgres: Option<f64>) -> Figures {
    Figures {
        rate,
        rates: (rate, rate),
        p50: 10.0,
        p99: 1234.4,
        own: Some(86.4),
        postgres,
        resident: None,
        unexpected: 0,
    }
}

#[test]
fn a_table_tells_the_ratios_and_what_was_left_out() {
    let (service, bare) = (shown(6470.0, Some(155.0)), shown(64_700.0, None));
    let left_out = Some("there is no pgbench".to_owned());
    let text = report::table("List", &rounds::Measured { bytes: 12, service, bare, pgbench: None, left_out });
    assert!(text.contains("| service | 6,470 | 6,470–6,470 | 10 | 1,234 | 86 | 155 | – |"), "{text}");
    assert!(text.contains("service/bare 0.10, service/pgbench –"), "{text}");
    assert!(text.ends_with("pgbench was left out: there is no pgbench\n"), "{text}");
    assert_eq!([0.4, 999.0, 1000.0, 1_234_567.0].map(report::thousands), ["0", "999", "1,000", "1,234,567"]);
}

#[test]
fn times_that_tell_nothing_are_a_coin_and_times_that_tell_all_are_one() {
    let auc = |one: &[u32], other: &[u32]| comparison::auc(one, other).unwrap().to_string();
    assert_eq!(auc(&[3, 1, 2], &[2, 3, 1]), "0.5");
    assert_eq!(auc(&[7, 7], &[7, 7, 7]), "0.5");
    assert_eq!(auc(&[5, 6], &[1, 4]), "1");
    assert_eq!(auc(&[1, 4], &[5, 6]), "0");
    // Of four pairs one is won, one is drawn and two are lost.
    assert_eq!(auc(&[2, 4], &[3, 4]), "0.375");
    assert!(comparison::auc(&[], &[1]).is_none() && comparison::auc(&[1], &[]).is_none());
}

#[test]
fn two_thousand_pairs_are_enough_to_see_a_twentieth() {
    assert_eq!(format!("{:.4}", comparison::by_chance(2000)), "0.0179");
    assert!(comparison::by_chance(100) > 0.05);
}

#[test]
fn the_order_of_pairs_is_drawn_and_the_same_in_every_run() {
    let toss = |seed| {
        let mut coins = comparison::Coins::seeded(seed);
        std::iter::repeat_with(|| coins.toss()).take(2000).collect::<Vec<_>>()
    };
    assert_eq!(toss(1), toss(1));
    assert_ne!(toss(1), toss(2));
    assert!((900..1100).contains(&toss(1).iter().filter(|heads| **heads).count()));
}

#[test]
fn a_stranger_is_of_the_same_length_as_everybody() {
    let lengths = [0, 7, 999_999].map(|number| login::login(&login::stranger(number), login::WRONG, None).len());
    assert_eq!(lengths, [login::login(login::NOBODY, login::WRONG, None).len(); 3]);
    assert_ne!(login::stranger(1), login::stranger(2));
}

#[test]
fn each_attempt_comes_from_a_place_of_its_own_where_it_says_so() {
    let text = String::from_utf8(login::login("a@b.example", "x", Some(login::place(258)))).unwrap();
    assert!(text.contains("\r\nx-forwarded-for: 10.0.1.2\r\n"), "{text}");
    let text = String::from_utf8(login::login("a@b.example", "x", None)).unwrap();
    assert!(!text.contains("forwarded"), "{text}");
}

#[test]
fn one_connection_carries_one_request_after_another() {
    let address = serve("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let mut connection = exchange::Connection::open(address).unwrap();
    for _ in 0..3 {
        assert_eq!(connection.ask(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap().body, b"ok");
    }
}
