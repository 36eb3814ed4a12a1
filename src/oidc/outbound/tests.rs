use super::*;

fn policy(loopback: bool, networks: &[&str]) -> Policy {
    Policy { loopback, networks: networks.iter().map(|network| network.parse().unwrap()).collect() }
}

fn admits(policy: &Policy, address: &str) -> bool {
    policy.admits(address.parse().unwrap())
}

#[test]
fn a_provider_is_reached_at_public_addresses_alone() {
    let policy = policy(false, &[]);
    for address in ["1.1.1.1", "172.32.0.1", "2606:4700::1111"] {
        assert!(admits(&policy, address), "{address}");
    }
    for address in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.10",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
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
fn this_host_is_asked_only_where_the_issuer_stands_on_it() {
    assert!(admits(&policy(true, &[]), "127.0.0.1"));
    assert!(!admits(&policy(true, &[]), "10.0.0.1"));
    let url = |text: &str| Url::parse(text).unwrap();
    let remote = Outbound::to(&url("https://id.example"), Vec::new());
    let local = Outbound::to(&url("http://127.0.0.1:9000"), Vec::new());
    assert!(remote.accepts(&url("https://keys.example/jwks")));
    assert!(!remote.accepts(&url("http://127.0.0.1/jwks")) && !remote.accepts(&url("http://id.example/jwks")));
    assert!(!remote.accepts(&url("https://u:p@id.example/jwks")));
    assert!(local.accepts(&url("http://127.0.0.1:9000/jwks")) && !local.accepts(&url("http://id.example/jwks")));
}
