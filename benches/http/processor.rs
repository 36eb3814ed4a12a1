//! Processor time and memory, as Linux tells them in `/proc` (`proc_pid_stat(5)`). Elsewhere there are no figures.

use std::{fs, time::Duration};

/// The kernel counts for user space in hundredths of a second on every architecture (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// What one `stat` line says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// The parent's process id.
    pub parent: i32,
    /// User and system time of the process or thread itself.
    pub own: Duration,
    /// The same of its children that have ended and were waited for.
    pub ended_children: Duration,
}

/// What a process has spent since its start.
pub fn of_process(pid: i32) -> Option<Duration> {
    Some(read(&format!("/proc/{pid}/stat"))?.own)
}

/// What a PostgreSQL server has spent: the postmaster, its processes, and those of them that have ended.
pub fn of_cluster(postmaster: i32) -> Option<Duration> {
    let root = read(&format!("/proc/{postmaster}/stat"))?;
    let pids =
        fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let children = pids.filter_map(|pid| read(&format!("/proc/{pid}/stat"))).filter(|spent| spent.parent == postmaster);
    Some(root.own + root.ended_children + children.map(|spent| spent.own).sum::<Duration>())
}

/// What the living threads of this process whose name begins with `name` have spent.
pub fn of_threads(name: &str) -> Option<Duration> {
    let threads = fs::read_dir("/proc/self/task").ok()?.flatten().map(|entry| entry.path());
    let named =
        threads.filter(|thread| fs::read_to_string(thread.join("comm")).is_ok_and(|comm| comm.starts_with(name)));
    Some(named.filter_map(|thread| read(thread.join("stat").to_str()?)).map(|spent| spent.own).sum())
}

/// What children of this process have spent that have ended and were waited for.
pub fn of_ended_children() -> Option<Duration> {
    Some(read("/proc/self/stat")?.ended_children)
}

/// Resident memory of a process in KiB.
pub fn resident_kib(pid: i32) -> Option<u32> {
    status_kib(pid, "VmRSS:")
}

/// The most resident memory that a process has had, in KiB.
pub fn peak_resident_kib(pid: i32) -> Option<u32> {
    status_kib(pid, "VmHWM:")
}

/// Memory of a process's own in KiB, touched or not: what `RLIMIT_DATA` counts.
pub fn data_kib(pid: i32) -> Option<u32> {
    status_kib(pid, "VmData:")
}

/// A figure of `proc_pid_status(5)`.
fn status_kib(pid: i32, name: &str) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(name))?.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// The limit of a process's own memory in bytes, where it has one (`proc_pid_limits(5)`).
pub fn data_limit(pid: i32) -> Option<u64> {
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).ok()?;
    limits.lines().find_map(|line| line.strip_prefix("Max data size"))?.split_whitespace().next()?.parse().ok()
}

/// The processor's name.
pub fn model() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, name)| name.trim().to_owned())
}

fn read(path: &str) -> Option<Spent> {
    parse(&fs::read_to_string(path).ok()?)
}

/// The name stands in parentheses and may hold anything, so fields are counted from the last one.
pub fn parse(stat: &str) -> Option<Spent> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<u32>().ok().map(|ticks| TICK * ticks);
    Some(Spent {
        parent: fields.get(1)?.parse().ok()?,
        own: ticks(11)? + ticks(12)?,
        ended_children: ticks(13)? + ticks(14)?,
    })
}
