//! A flood of sign-ins at a service with little memory, beside one reader of what is public. Half of the flood brings
//! the right password: those who get in cost the most.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    exchange::{Connection, ask, get},
    figures::{Round, Sample},
    interrupt::Interrupt,
    login::{Person, WRONG, login},
    processor,
    scratch::Scratch,
    service::{Service, Start},
    trouble::Trouble,
};

/// Sign-ins at once.
const PARALLEL: usize = 200;
/// So often, each time when the last one is answered.
const WAVES: usize = 10;
/// How long the reader has the service for itself.
const QUIET: Duration = Duration::from_secs(5);
const MEBIBYTE: u64 = 1 << 20;
/// The memory that each process may have.
const LIMIT: u64 = 256 * MEBIBYTE;
const PATH: &str = "/v1/clinic";

/// Starts a service under the limit, floods it, and prints what came of it.
///
/// # Errors
/// [`Trouble::Failed`] where it does not start or a connection breaks, [`Trouble::Interrupted`].
pub fn measure(interrupt: &Interrupt) -> Result<(), Trouble> {
    let scratch = Scratch::make()?;
    let data_limit = can_limit().then_some(LIMIT);
    eprintln!("starting the service in {}", scratch.path().display());
    let mut service = Service::start(&scratch, &Start { data_limit, ..Start::default() }, interrupt)?;
    println!("{}\n", surroundings(&service));
    let person = Person::create(&service, "person")?;
    let right = login(&person.email, &person.password, None);
    let mut reader = Reader::of(&service)?;

    eprintln!("reading alone");
    let start = Instant::now();
    reader.read_while(|| start.elapsed() < Duration::from_secs(1) && !interrupt.is_set())?;
    let start = Instant::now();
    let before = reader.read_while(|| start.elapsed() < QUIET && !interrupt.is_set())?;
    eprintln!("reading beside {WAVES} waves of {PARALLEL} sign-ins");
    let (during, tally, seconds) =
        flood(service.address, &[right.clone(), login(&person.email, WRONG, None)], &mut reader)?;
    if interrupt.is_set() {
        return Err(Trouble::Interrupted);
    }
    println!("{}\n", table(before, during));
    println!("{WAVES} waves of {PARALLEL} sign-ins at once took {seconds:.1} s: {}.", told(&tally));
    println!("{}", memory(&service, reader.most_data_kib));
    let alive = service.lives() && ask(service.address, &get("/readyz", "")).is_ok_and(|answer| answer.status == 200);
    let after = ask(service.address, &right).map(|answer| answer.status.to_string());
    let after = after.unwrap_or_else(|trouble| trouble.to_string());
    println!("Afterwards the process {}; a sign-in: {after}.", if alive { "lives" } else { "is GONE or not ready" });
    Ok(())
}

fn can_limit() -> bool {
    std::process::Command::new("prlimit").arg("--version").output().is_ok_and(|said| said.status.success())
}

fn surroundings(service: &Service) -> String {
    match processor::data_limit(service.pid()) {
        Some(bytes) => format!(
            "Limit: RLIMIT_DATA of {} MiB for the program, and as much for each process of its PostgreSQL. It counts private \
             memory that can be written, touched or not; not program text, stacks of main threads, or what is shared.",
            bytes / MEBIBYTE
        ),
        None => "NO LIMIT of memory: there is no prlimit (util-linux) here.".to_owned(),
    }
}

/// Reads the clinic's page, in turn whole and with the validator of what it has.
struct Reader {
    connection: Connection,
    pid: i32,
    requests: [(Vec<u8>, u16); 2],
    most_data_kib: u32,
}

impl Reader {
    fn of(service: &Service) -> Result<Self, Trouble> {
        let mut connection = Connection::open(service.address)?;
        let whole = get(PATH, "");
        let known = connection.ask(&whole)?;
        let tag = known.header("etag").ok_or_else(|| Trouble::failed(format!("{PATH} has no ETag")))?;
        let validated = get(PATH, &format!("if-none-match: {tag}\r\n"));
        let requests = [(whole, 200), (validated, 304)];
        Ok(Self { connection, pid: service.pid(), requests, most_data_kib: 0 })
    }

    /// The times of whole answers, and of 304.
    fn read_while(&mut self, goes_on: impl Fn() -> bool) -> Result<[Sample; 2], Trouble> {
        let mut samples = [Sample::default(), Sample::default()];
        while goes_on() {
            for ((request, expected), sample) in self.requests.iter().zip(&mut samples) {
                let sent = Instant::now();
                let status = self.connection.ask(request)?.status;
                let took = sent.elapsed();
                if status != *expected {
                    return Err(Trouble::failed(format!("{PATH} answers {status} in place of {expected}")));
                }
                sample.count(took);
            }
            self.most_data_kib = self.most_data_kib.max(processor::data_kib(self.pid).unwrap_or_default());
        }
        Ok(samples)
    }
}

/// How many answers had which status.
type Tally = BTreeMap<u16, u32>;

fn flood(
    address: SocketAddr,
    logins: &[Vec<u8>; 2],
    reader: &mut Reader,
) -> Result<([Sample; 2], Tally, f64), Trouble> {
    let connections: Vec<_> = (0..PARALLEL).map(|_| Connection::open(address)).collect::<Result<_, _>>()?;
    let (barrier, left) = (Barrier::new(PARALLEL), AtomicUsize::new(PARALLEL));
    let start = Instant::now();
    thread::scope(|scope| {
        let knocking: Vec<_> = connections
            .into_iter()
            .zip(logins.iter().cycle())
            .map(|(connection, login)| {
                let (barrier, left) = (&barrier, &left);
                scope.spawn(move || {
                    let tally = knock(connection, login, barrier);
                    left.fetch_sub(1, Ordering::Relaxed);
                    tally
                })
            })
            .collect();
        let during = reader.read_while(|| left.load(Ordering::Relaxed) > 0);
        let mut all = Tally::new();
        for one in knocking {
            let one = one.join().map_err(|_| Trouble::failed("a sign-in panicked"))??;
            for (status, count) in one {
                *all.entry(status).or_default() += count;
            }
        }
        Ok((during?, all, start.elapsed().as_secs_f64()))
    })
}

/// One connection's part of every wave. It comes to each, also when an answer failed: the others wait for it.
fn knock(mut connection: Connection, login: &[u8], barrier: &Barrier) -> Result<Tally, Trouble> {
    let (mut tally, mut failed) = (Tally::new(), None);
    for _ in 0..WAVES {
        barrier.wait();
        match connection.ask(login) {
            Ok(answer) => *tally.entry(answer.status).or_default() += 1,
            Err(trouble) => failed = failed.or(Some(trouble)),
        }
    }
    failed.map_or(Ok(tally), Err)
}

fn table(before: [Sample; 2], during: [Sample; 2]) -> String {
    let mut text = format!(
        "| GET {PATH} | median µs before | during | ratio | p99 µs before | during | answers before | during |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|"
    );
    for ((name, before), during) in ["whole (200)", "unchanged (304)"].into_iter().zip(before).zip(during) {
        let answers = (before.requests, during.requests);
        let (before, during): (Round, Round) = (before.round(None, None, None), during.round(None, None, None));
        let ratio = f64::from(during.p50) / f64::from(before.p50.max(1));
        let figures = format!(
            "{} | {} | {ratio:.2} | {} | {} | {} | {}",
            before.p50, during.p50, before.p99, during.p99, answers.0, answers.1
        );
        text += "\n| ";
        text += &[name, &figures].join(" | ");
        text += " |";
    }
    text
}

fn told(tally: &Tally) -> String {
    let each: Vec<_> = tally.iter().map(|(status, count)| format!("{count} × {status}")).collect();
    each.join(", ")
}

fn memory(service: &Service, most_data_kib: u32) -> String {
    let mebibytes =
        |kib: Option<u32>| kib.map_or("–".to_owned(), |kib| format!("{:.1} MiB", f64::from(kib) / 1024.0));
    format!(
        "Memory of the program alone, without its PostgreSQL: {} resident at most (VmHWM), {} of its own at most as the \
         limit counts it (VmData).",
        mebibytes(processor::peak_resident_kib(service.pid())),
        mebibytes(Some(most_data_kib))
    )
}
