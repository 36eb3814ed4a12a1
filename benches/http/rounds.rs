//! The order of a case: each of the three once to warm up, then in turns.

use std::{sync::Arc, time::Duration};

use serde::Serialize;

use super::{
    bare::{self, Bare},
    cases::{Case, Statement},
    database::Owner,
    exchange::{Received, ask},
    figures::{Figures, Round, Sample},
    interrupt::Interrupt,
    load::Load,
    pgbench::Pgbench,
    processor,
    service::Service,
    statements::{self, Script},
    trouble::Trouble,
    written::{self, WrittenRow},
};

/// How often and how long.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// Rounds of each of the three.
    pub rounds: usize,
    /// Of one round.
    pub length: Duration,
    /// Before the first round.
    pub warm_up: Duration,
    /// Connections, and pgbench's clients.
    pub connections: usize,
}

/// What a case came to.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Bytes of the answer's body.
    pub bytes: usize,
    /// The service.
    pub service: Figures,
    /// The bare responder.
    pub bare: Figures,
    /// pgbench, where it could run.
    pub pgbench: Option<Figures>,
    /// Why it could not.
    pub left_out: Option<String>,
}

/// The rounds of the three.
#[derive(Default)]
struct Rounds {
    service: Vec<Round>,
    bare: Vec<Round>,
    pgbench: Vec<Round>,
}

/// Measures one case.
///
/// # Errors
/// [`Trouble`] of the service or the bare responder. What is wrong with pgbench is told in the answer.
pub fn measure(
    plan: &Plan,
    case: &Case,
    service: &Service,
    owner: &Owner,
    pgbench: Option<&Pgbench>,
    interrupt: &Interrupt,
) -> Result<Measured, Trouble> {
    let answer = expected(case, service)?;
    let bare = Bare::start(&answer)?;
    if !bare::is_same(&answer, &ask(bare.address, &case.request.bytes())?) {
        return Err(Trouble::failed(format!("{}: the bare responder's answer is not the service's", case.name)));
    }
    let turn = Turn { plan, case, service, owner, bare: &bare, interrupt };
    turn.service(plan.warm_up)?;
    turn.bare(plan.warm_up)?;
    let (reference, left_out) = match reference(&turn, pgbench) {
        Ok(reference) => (Some(reference), None),
        Err(Trouble::Interrupted) => return Err(Trouble::Interrupted),
        Err(trouble) => (None, Some(trouble.to_string())),
    };
    let mut rounds = Rounds::default();
    for _ in 0..plan.rounds {
        rounds.service.push(turn.service(plan.length)?);
        rounds.bare.push(turn.bare(plan.length)?);
        if let Some((pgbench, script)) = &reference {
            rounds.pgbench.push(turn.pgbench(pgbench, script, plan.length)?);
        }
    }
    let missing = || Trouble::failed("a plan without rounds");
    Ok(Measured {
        bytes: answer.body.len(),
        service: Figures::of(&rounds.service).ok_or_else(missing)?,
        bare: Figures::of(&rounds.bare).ok_or_else(missing)?,
        pgbench: Figures::of(&rounds.pgbench),
        left_out,
    })
}

fn expected(case: &Case, service: &Service) -> Result<Received, Trouble> {
    let answer = ask(service.address, &case.request.bytes())?;
    if answer.status == case.status {
        return Ok(answer);
    }
    let said = String::from_utf8_lossy(&answer.body).into_owned();
    Err(Trouble::failed(format!(
        "{}: the service answers {} instead of {}: {said}",
        case.name, answer.status, case.status
    )))
}

/// pgbench with its script, once it has run for the time of a warm-up.
fn reference<'a>(turn: &Turn<'_>, pgbench: Option<&'a Pgbench>) -> Result<(&'a Pgbench, Script), Trouble> {
    let pgbench = pgbench.ok_or_else(|| Trouble::failed("there is no pgbench"))?;
    let script = match turn.case.statement {
        Statement::Inquiry => written::script(&turn.whole_post()?),
        ref select => statements::select(select).map_err(Trouble::Failed)?,
    };
    turn.pgbench(pgbench, &script, turn.plan.warm_up)?;
    Ok((pgbench, script))
}

/// Who is measured with what.
struct Turn<'a> {
    plan: &'a Plan,
    case: &'a Case,
    service: &'a Service,
    owner: &'a Owner,
    bare: &'a Bare,
    interrupt: &'a Interrupt,
}

impl Turn<'_> {
    fn service(&self, length: Duration) -> Result<Round, Trouble> {
        self.settle()?;
        let pid = self.service.pid();
        let load = self.load(self.service.address, length);
        let meter = Meter { own: &|| processor::of_process(pid), postgres: &|| self.service.cluster.spent() };
        let (sample, own, postgres) = meter.around(|| load.drive(self.interrupt))?;
        Ok(sample.round(own, postgres, processor::resident_kib(pid)))
    }

    fn bare(&self, length: Duration) -> Result<Round, Trouble> {
        let load = self.load(self.bare.address, length);
        let meter = Meter { own: &|| processor::of_threads(bare::THREADS), postgres: &|| None };
        let (sample, own, _) = meter.around(|| load.drive(self.interrupt))?;
        Ok(sample.round(own, None, None))
    }

    fn pgbench(&self, pgbench: &Pgbench, script: &Script, length: Duration) -> Result<Round, Trouble> {
        self.settle()?;
        // What pgbench writes is nothing that the service should see to meanwhile.
        let paused = self.service.pause();
        let meter = Meter { own: &processor::of_ended_children, postgres: &|| self.service.cluster.spent() };
        let (sample, own, postgres) = meter.around(|| pgbench.run(script, self.plan, length, self.interrupt))?;
        self.settle()?;
        drop(paused);
        Ok(sample.round(own, postgres, None))
    }

    /// Everything that one more post wrote. The service may have announced its event in the same moment: then the
    /// event's row is of another transaction already, and one more is asked.
    fn whole_post(&self) -> Result<Vec<WrittenRow>, Trouble> {
        self.settle()?;
        for _ in 0..50 {
            expected(self.case, self.service)?;
            let written = self.owner.newest_post()?;
            if written.iter().any(|row| row.table == "cms.outbox_event") {
                return Ok(written);
            }
        }
        Err(Trouble::failed("no post leaves an event that waits"))
    }

    /// What the round before has left to do is no part of this one.
    fn settle(&self) -> Result<(), Trouble> {
        match self.case.statement {
            Statement::Inquiry => self.owner.clear_waiting(),
            _ => Ok(()),
        }
    }

    fn load(&self, target: std::net::SocketAddr, length: Duration) -> Load {
        Load {
            target,
            request: Arc::clone(&self.case.request),
            expected: self.case.status,
            connections: self.plan.connections,
            length,
        }
    }
}

type Clock<'a> = &'a dyn Fn() -> Option<Duration>;

/// Two processor clocks that are read before and after.
struct Meter<'a> {
    own: Clock<'a>,
    postgres: Clock<'a>,
}

impl Meter<'_> {
    fn around(
        &self,
        work: impl FnOnce() -> Result<Sample, Trouble>,
    ) -> Result<(Sample, Option<Duration>, Option<Duration>), Trouble> {
        let before = ((self.own)(), (self.postgres)());
        let sample = work()?;
        let since = |clock: Clock<'_>, before: Option<Duration>| Some(clock()?.saturating_sub(before?));
        Ok((sample, since(self.own, before.0), since(self.postgres, before.1)))
    }
}
