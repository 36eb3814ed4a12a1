//! Guessing who has an account by the clock. A known account is tried with a wrong password; a disabled and a locked one
//! with their right passwords, which is the most that anybody can bring; a link to set a new password is asked for.
//! Refuses to count any answer but the one that everybody gets.

use std::time::Instant;

use super::{
    comparison::{Coins, INDISTINGUISHABLE, auc, by_chance},
    exchange::Connection,
    figures::Sample,
    interrupt::Interrupt,
    login::{NOBODY, Person, WRONG, login, place, reset, stranger},
    scratch::Scratch,
    service::{Service, Start},
    trouble::Trouble,
};

/// Of the order within each pair.
const SEED: u64 = 20_260_131;
/// Pairs before those that count. They are also the failures that lock an account: 5 places times 10.
const WARM_UP: u32 = 60;
/// The usual limits, with windows that outlive the run, behind a proxy that names a new address each time.
const LIMITED: [(&str, &str); 2] =
    [("CMS_RATE_LIMITS", "login=10/86400,failures=10/86400"), ("CMS_TRUSTED_PROXIES", "127.0.0.1")];

/// Makes the bytes of the attempt with that number.
type Attempt = Box<dyn Fn(u32) -> Vec<u8>>;

/// Two kinds of sign-in that nobody may tell apart.
struct Rivals {
    title: &'static str,
    /// What either is answered.
    status: u16,
    /// One pair for so many of the others: some answers take their time.
    thinned: u32,
    account: Attempt,
    unknown: Attempt,
}

/// Starts a service without limits and one with them, and prints a line for each comparison.
///
/// # Errors
/// [`Trouble::Failed`] where an answer is not the one that everybody gets, [`Trouble::Interrupted`].
pub fn measure(pairs: u32, interrupt: &Interrupt) -> Result<(), Trouble> {
    println!("{}", preface(pairs));
    compare_all(&Start::default(), unlimited, pairs, interrupt)?;
    compare_all(&Start { settings: LIMITED.into(), data_limit: None }, limited, pairs, interrupt)?;
    println!();
    Ok(())
}

fn preface(pairs: u32) -> String {
    let chance = by_chance(pairs);
    format!(
        "One request at a time; with {pairs} pairs chance alone moves the AUC by up to {chance:.3}.\n\n\
         | answered alike | pairs | median ms of the account | of the unknown | AUC | within {:.2}–{:.2} |\n\
         |---|---:|---:|---:|---:|---|",
        INDISTINGUISHABLE.start(),
        INDISTINGUISHABLE.end()
    )
}

fn compare_all(
    start: &Start,
    rivals: fn(&Service) -> Result<Vec<Rivals>, Trouble>,
    pairs: u32,
    interrupt: &Interrupt,
) -> Result<(), Trouble> {
    let scratch = Scratch::make()?;
    eprintln!("starting the service in {}", scratch.path().display());
    let service = Service::start(&scratch, start, interrupt)?;
    for rivals in rivals(&service)? {
        eprintln!("comparing: {}", rivals.title);
        let pairs = (pairs / rivals.thinned).max(1);
        println!("{}", line(rivals.title, pairs, &compare(&service, &rivals, pairs, interrupt)?)?);
    }
    Ok(())
}

/// Without limits: nothing is counted, and nobody is locked.
fn unlimited(service: &Service) -> Result<Vec<Rivals>, Trouble> {
    let (known, disabled) = (Person::create(service, "person")?, Person::create(service, "former")?);
    service.ask_command(&["admin", "disable", &disabled.email])?;
    Ok(vec![
        Rivals {
            title: "a known account, wrong password",
            status: 401,
            thinned: 1,
            account: Box::new({
                let email = known.email.clone();
                move |_| login(&email, WRONG, None)
            }),
            unknown: Box::new(|_| login(NOBODY, WRONG, None)),
        },
        Rivals {
            title: "a known account, a link for a new password",
            status: 202,
            thinned: 5,
            account: Box::new(move |_| reset(&known.email)),
            unknown: Box::new(|_| reset(NOBODY)),
        },
        Rivals {
            title: "a disabled account, right password",
            status: 401,
            thinned: 1,
            account: Box::new(move |_| login(&disabled.email, &disabled.password, None)),
            unknown: Box::new(|_| login(NOBODY, WRONG, None)),
        },
    ])
}

/// With limits: one account is guessed at from everywhere until it is locked, and strangers are never the same.
fn limited(service: &Service) -> Result<Vec<Rivals>, Trouble> {
    let locked = Person::create(service, "locked")?;
    let mut connection = Connection::open(service.address)?;
    for number in 0..WARM_UP {
        answered(&mut connection, &login(&locked.email, WRONG, Some(place(0x80_0000 + number))), 401)?;
    }
    Ok(vec![Rivals {
        title: "a locked account, right password",
        status: 401,
        thinned: 1,
        account: Box::new(move |number| login(&locked.email, &locked.password, Some(place(number)))),
        unknown: Box::new(|number| login(&stranger(number), WRONG, Some(place(number)))),
    }])
}

/// How long the refusals of an account took, and those of an unknown address.
#[derive(Default)]
struct Times {
    account: Sample,
    unknown: Sample,
}

fn compare(service: &Service, rivals: &Rivals, pairs: u32, interrupt: &Interrupt) -> Result<Times, Trouble> {
    let mut connection = Connection::open(service.address)?;
    let (mut coins, mut times) = (Coins::seeded(SEED), Times::default());
    for pair in 0..WARM_UP + pairs {
        if interrupt.is_set() {
            return Err(Trouble::Interrupted);
        }
        if pair == WARM_UP {
            times = Times::default();
        }
        let account_first = coins.toss();
        for is_account in [account_first, !account_first] {
            let number = pair * 2 + u32::from(is_account == account_first);
            let (attempt, sample) =
                if is_account { (&rivals.account, &mut times.account) } else { (&rivals.unknown, &mut times.unknown) };
            let request = attempt(number);
            let sent = Instant::now();
            answered(&mut connection, &request, rivals.status)?;
            sample.count(sent.elapsed());
        }
    }
    Ok(times)
}

fn answered(connection: &mut Connection, request: &[u8], status: u16) -> Result<(), Trouble> {
    match connection.ask(request)?.status {
        as_expected if as_expected == status => Ok(()),
        other => Err(Trouble::failed(format!("what is to be answered {status} was answered {other}"))),
    }
}

fn line(title: &str, pairs: u32, times: &Times) -> Result<String, Trouble> {
    let auc = auc(&times.account.latencies, &times.unknown.latencies);
    let auc = auc.ok_or_else(|| Trouble::failed("no answers"))?;
    let median = |sample: &Sample| f64::from(sample.clone().round(None, None, None).p50) / 1000.0;
    let verdict = if INDISTINGUISHABLE.contains(&auc) { "yes" } else { "NO" };
    let (account, unknown) = (median(&times.account), median(&times.unknown));
    Ok(format!("| {title} | {pairs} | {account:.2} | {unknown:.2} | {auc:.3} | {verdict} |"))
}
