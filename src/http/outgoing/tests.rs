use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use ureq::unversioned::resolver::DefaultResolver;

use super::*;

fn policy(loopback: bool, networks: &[&str]) -> AddressPolicy {
    AddressPolicy { loopback, networks: networks.iter().map(|network| network.parse().unwrap()).collect() }
}

fn admits(policy: &AddressPolicy, address: &str) -> bool {
    policy.admits(address.parse().unwrap())
}

#[test]
fn others_are_reached_at_public_addresses_alone() {
    let policy = policy(false, &[]);
    for address in ["1.1.1.1", "172.32.0.1", "2606:4700::1111"] {
        assert!(admits(&policy, address), "{address}");
    }
    for address in [
        "127.0.0.1",
        "127.255.255.254",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.10",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fec0::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::7f00:1",
        "2002:a00:1::",
        "2002:7f00:1::1",
        "2001::7f00:1",
        "ff02::1",
        "2001:db8::1",
    ] {
        assert!(!admits(&policy, address), "{address}");
    }
}

#[test]
fn a_network_that_the_settings_name_is_let_in_and_no_other() {
    let policy = policy(false, &["10.0.0.0/8"]);
    assert!(admits(&policy, "10.1.2.3") && admits(&policy, "::ffff:10.1.2.3"));
    assert!(!admits(&policy, "192.168.0.1") && !admits(&policy, "127.0.0.1") && !admits(&policy, "169.254.169.254"));
}

#[test]
fn this_host_is_asked_only_where_somebody_says_so() {
    assert!(admits(&policy(true, &[]), "127.0.0.1") && admits(&policy(false, &["127.0.0.0/8"]), "127.0.0.1"));
    assert!(!admits(&policy(true, &[]), "10.0.0.1"));
}

/// A listener on this host that nobody may reach.
struct Canary {
    port: u16,
    listener: TcpListener,
}

impl Canary {
    fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self { port: listener.local_addr().unwrap().port(), listener }
    }

    fn is_unhurt(&self) -> bool {
        self.listener.accept().is_err()
    }
}

#[test]
fn none_of_forty_spellings_leads_to_this_host() {
    let canary = Canary::set();
    let agent = outgoing_agent(policy(false, &[]), DefaultResolver::default(), false, Duration::from_secs(2));
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.000.000.001",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0x7f.1",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "0",
        "0.0.0.0",
        "00.0.0.0",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "user@127.0.0.1",
        "user:pass@localhost",
        "public.example@127.0.0.1",
        "１２７.０.０.１",
        "127%2e0%2e0%2e1",
        "①②⑦.0.0.1",
    ];
    assert_eq!(hosts.len(), 40);
    for host in hosts {
        for scheme in ["http", "https"] {
            let written = format!("{scheme}://{host}:{}/hook", canary.port);
            // As it is written, and as a browser would read it (https://url.spec.whatwg.org/#host-parsing).
            let read = url::Url::parse(&written).map(String::from).unwrap_or_default();
            for address in [&written, &read] {
                assert!(agent.get(address).call().is_err(), "{address}");
                assert!(canary.is_unhurt(), "{address}");
            }
        }
    }
}

/// A name server that changes its mind: it names a public address to whoever asks first, and then this host.
#[derive(Debug)]
struct Rebinding {
    asked: AtomicUsize,
    then: Mutex<SocketAddr>,
}

impl Resolver for Rebinding {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut found = self.empty();
        if self.asked.fetch_add(1, Ordering::SeqCst) == 0 {
            // Nothing listens at port 1 of a network for documentation; the first look is for the check alone.
            found.push("203.0.113.1:1".parse().unwrap());
        }
        found.push(*self.then.lock().unwrap());
        Ok(found)
    }
}

#[test]
fn a_name_that_changes_its_mind_leads_nowhere() {
    let canary = Canary::set();
    let then = Mutex::new(format!("127.0.0.1:{}", canary.port).parse().unwrap());
    let resolver = Rebinding { asked: AtomicUsize::new(0), then };
    let agent = outgoing_agent(policy(false, &[]), resolver, false, Duration::from_secs(2));
    for _ in 0..3 {
        let failed = agent.get(format!("https://hooks.example:{}/", canary.port)).call().unwrap_err();
        assert!(matches!(failed, ureq::Error::HostNotFound), "{failed}");
    }
    assert!(canary.is_unhurt());
}

#[test]
fn what_is_not_sealed_stays_in_the_networks_that_are_named() {
    let canary = Canary::set();
    let public = Mutex::new("1.1.1.1:80".parse().unwrap());
    let resolver = Rebinding { asked: AtomicUsize::new(1), then: public };
    let agent = outgoing_agent(policy(false, &["127.0.0.0/8"]), resolver, false, Duration::from_secs(2));
    assert!(matches!(agent.get("http://hooks.example/").call(), Err(ureq::Error::HostNotFound)));
    assert!(canary.is_unhurt());
}
