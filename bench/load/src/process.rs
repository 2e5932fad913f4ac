//! What the system says of a server's processes (Linux: /proc).

use std::{
    collections::{HashMap, HashSet},
    io::{Error, Result},
};

/// The system counts CPU in ticks of a hundredth of a second (USER_HZ: the same on every Linux that we know).
const TICK_US: f64 = 10_000.0;

/// CPU time used so far by the processes and all their descendants, in microseconds.
pub(crate) fn cpu_us(roots: &[u32]) -> Result<f64> {
    let mut processes = HashMap::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        // A process may end between the listing and the look.
        let stat =
            pid.and_then(|pid| Some((pid, read_stat(&std::fs::read_to_string(entry.path().join("stat")).ok()?)?)));
        processes.extend(stat);
    }
    let mut found: HashSet<u32> = roots.iter().copied().collect();
    if let Some(gone) = roots.iter().find(|pid| !processes.contains_key(pid)) {
        return Err(Error::other(format!("the server's process {gone} has ended")));
    }
    loop {
        let more: Vec<u32> = processes
            .iter()
            .filter(|(pid, stat)| found.contains(&stat.parent) && !found.contains(pid))
            .map(|(pid, _)| *pid)
            .collect();
        if more.is_empty() {
            break;
        }
        found.extend(more);
    }
    Ok(found.iter().filter_map(|pid| processes.get(pid)).map(|stat| stat.ticks as f64 * TICK_US).sum())
}

/// Memory that the process alone answers for (proportional set size), in KiB.
pub(crate) fn pss_kib(pid: u32) -> Result<f64> {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok())
        .ok_or_else(|| Error::other("smaps_rollup has no Pss"))
}

struct Stat {
    parent: u32,
    /// Its own, in user and kernel mode, and of its children that ended.
    ticks: u64,
}

/// Fields of proc_pid_stat(5); the name is in parentheses and may hold anything.
fn read_stat(text: &str) -> Option<Stat> {
    let mut fields = text.rsplit_once(") ")?.1.split(' ');
    let parent = fields.nth(1)?.parse().ok()?;
    let times: Vec<u64> = fields.skip(9).take(4).map_while(|field| field.parse().ok()).collect();
    (times.len() == 4).then(|| Stat { parent, ticks: times.iter().sum() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_is_read_behind_any_name() {
        let line = "7 (a) b (c)) S 5 7 7 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 99 1 1";
        let stat = read_stat(line).expect("readable");
        assert_eq!((stat.parent, stat.ticks), (5, 127));
        assert!(read_stat("7 (a) S 5").is_none());
    }

    #[test]
    fn work_is_seen_and_a_process_that_is_gone_is_an_error() {
        let me = std::process::id();
        let before = cpu_us(&[me]).expect("this process");
        let began = std::time::Instant::now();
        let mut sum = 0u64;
        while began.elapsed().as_millis() < 200 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(cpu_us(&[me]).expect("this process") > before);
        assert!(pss_kib(me).expect("this process") > 100.0);
        assert!(cpu_us(&[u32::MAX]).is_err());
    }
}
