use ::secrecy::ExposeSecret;
use proptest::prelude::*;

use super::super::{Database, ForwardedHeader, GateSeverity, LimitName, LogFormat, Rate, SETTINGS};
use super::*;

fn accepts(name: &str, value: &str) -> bool {
    let mut pairs = vec![(name, value)];
    match name {
        "CMS_ADMIN_EMAIL" => pairs.push(("CMS_ADMIN_PASSWORD", PASSPHRASE)),
        "CMS_ADMIN_PASSWORD" => pairs.push(("CMS_ADMIN_EMAIL", "owner@clinic.example")),
        _ => {}
    }
    load(&pairs).is_ok()
}

#[track_caller]
fn check(name: &str, accepted: &[&str], refused: &[&str]) {
    for value in accepted {
        assert!(accepts(name, value), "{name} refuses {value:?}");
    }
    for value in refused {
        assert!(!accepts(name, value), "{name} accepts {value:?}");
    }
}

#[test]
fn numbers_keep_their_bounds() {
    for (name, max) in
        [("CMS_INQUIRY_RETENTION_DAYS", "36500"), ("CMS_WORKERS", "64"), ("CMS_DATABASE_CONNECTIONS", "200")]
    {
        let over = (max.parse::<u32>().unwrap() + 1).to_string();
        let refused = ["0", &over, "-1", "+1", "1.0", " 1", "1_0", "0x1", "99999999999", "ten"];
        check(name, &["1", max], &refused);
    }
}

#[test]
fn switches_know_four_words() {
    check("CMS_REQUIRE_MFA", &["true", "false", "on", "off"], &["True", "ON", "yes", "no", "1", "0", " on"]);
    assert!(loaded(&[("CMS_REQUIRE_MFA", "true")]).require_mfa);
    assert!(!loaded(&[("CMS_REQUIRE_MFA", "off")]).require_mfa);
}

#[test]
fn listeners_are_addresses_with_ports() {
    check(
        "CMS_LISTEN",
        &["127.0.0.1:0", "0.0.0.0:80", "[::1]:8080"],
        &["localhost:80", "8080", ":8080", "127.0.0.1", "::1:80:", "127.0.0.1:65536"],
    );
    check(
        "CMS_METRICS_LISTEN",
        &["127.0.0.1:9090", "127.9.9.9:1", "[::1]:9090", "[::ffff:127.0.0.1]:9"],
        &["0.0.0.0:9090", "10.0.0.1:9090", "[::]:9090", "127.0.0.1:8080"],
    );
}

#[test]
fn the_public_address_is_a_whole_host() {
    let accepted = [
        ("https://api.example.org", "https://api.example.org"),
        ("https://API.example.org:443/", "https://api.example.org"),
        ("HTTP://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ];
    for (given, kept) in accepted {
        assert_eq!(loaded(&[("CMS_PUBLIC_URL", given)]).public_url.as_str(), kept);
    }
    let refused = [
        "api.example.org",
        "//api.example.org",
        "https:api.example.org",
        "https:///api.example.org",
        "https://",
        "ftp://x.example",
        "https://x.example/api",
        "https://x.example//",
        "https://x.example?",
        "https://x.example/?a=b",
        "https://x.example#",
        "https://u@x.example",
        "https://u:p@x.example",
        "https://@x.example",
        "https:\\\\x.example",
        " https://x.example",
        "https://x.example ",
        "https://x .example",
        "https://x\t.example",
        "https://x.example:99999",
        "javascript://x",
    ];
    check("CMS_PUBLIC_URL", &[], &refused);
    check("CMS_SITE_URL", &["https://www.example.org/"], &refused);
}

#[test]
fn passkeys_are_made_for_a_host_name() {
    check(
        "CMS_PASSKEY_RP_ID",
        &["clinic.example", "localhost", "xn--bcher-kva.example"],
        &[
            "Clinic.example",
            "bücher.example",
            "clinic.example.",
            "127.0.0.1",
            "[::1]",
            "https://x.example",
            "x.example:80",
            "a b",
        ],
    );
}

#[test]
fn base_addresses_may_have_a_path() {
    for name in ["CMS_POSTGRES_ARCHIVE_URL", "CMS_MEDIA_URL"] {
        check(
            name,
            &["https://x.example/a/b/", "http://127.0.0.1:9/archive"],
            &["https://u:p@x.example/a", "https://x.example/a?b", "https://x.example/a#b", "/a"],
        );
    }
    let config = loaded(&[("CMS_MEDIA_URL", "https://x.example/a/b/")]);
    assert_eq!(config.media_url.unwrap().as_str(), "https://x.example/a/b");
}

#[test]
fn origins_are_kept_as_browsers_send_them() {
    let list = "https://A.example:443, http://b.example:8080/,https://a.example";
    let config = loaded(&[("CMS_CORS_ORIGINS", list), ("CMS_FORM_REDIRECT_ORIGINS", list)]);
    let kept = |origins: &[super::super::WebOrigin]| {
        origins.iter().map(|origin| origin.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kept(&config.cors_origins), ["https://a.example", "http://b.example:8080"]);
    assert_eq!(kept(&config.form_redirect_origins), kept(&config.cors_origins));
    let refused = [
        "*",
        "null",
        "https://*.example.org",
        "a.example",
        "https://a.example/x",
        ",",
        "https://a.example,",
        "https://a.example,,https://b.example",
        "file://",
    ];
    check("CMS_CORS_ORIGINS", &["", "https://a.example"], &refused);
    let text = super::refused(&[("CMS_CORS_ORIGINS", "https://a.example,x,,*")]);
    assert!(text.contains("entry 2 is not") && text.contains("entry 3 is empty"), "{text}");
    assert!(text.contains("entry 4 lets every origin in"), "{text}");
}

#[test]
fn trusted_proxies_are_networks_or_addresses() {
    check(
        "CMS_TRUSTED_PROXIES",
        &["", "10.0.0.0/8", "10.0.0.1, fd00::/8,::1"],
        &["10.0.0.5/8", "10.0.0.0/33", "proxy.example", "10.0.0.0/8;::1", "10.0.0.0/8,"],
    );
    let config = loaded(&[("CMS_TRUSTED_PROXIES", "10.0.0.1,10.0.0.1/32,fd00::/8")]);
    let kept: Vec<_> = config.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(kept, ["10.0.0.1/32", "fd00::/8"]);
}

#[test]
fn proxies_are_believed_in_one_of_two_headers() {
    let refused = ["Forwarded", "X-Forwarded-For", "x-real-ip", "forwarded,x-forwarded-for", ""];
    check("CMS_FORWARDED_HEADER", &["x-forwarded-for", "forwarded"], &refused);
    assert_eq!(loaded(&[]).forwarded_header, ForwardedHeader::XForwardedFor);
    assert_eq!(loaded(&[("CMS_FORWARDED_HEADER", "forwarded")]).forwarded_header, ForwardedHeader::Forwarded);
}

#[test]
fn a_remote_postgres_needs_tls() {
    let accepted = [
        "postgres://localhost/clinic",
        "postgresql://u:p@127.0.0.1:5432/clinic",
        "postgres://u:p@[::1]/clinic",
        "postgres://%2Fvar%2Frun%2Fpostgresql/clinic",
        "postgres:///clinic?host=/var/run/postgresql",
        "postgres:///clinic",
        "postgres://u:p@db.example/clinic?sslmode=require",
        "postgres://db.example/clinic?sslmode=verify-ca",
        "postgres://db.example/clinic?ssl-mode=VERIFY-FULL",
    ];
    let refused = [
        "postgres://u:p@db.example/clinic",
        "postgres://10.0.0.1/clinic",
        "postgres://db.example/clinic?sslmode=prefer",
        "postgres://db.example/clinic?sslmode=allow",
        "postgres://db.example/clinic?sslmode=disable",
        "postgres://localhost/c?sslmode=maybe",
        "postgres://db.example/clinic?sslmode=require&sslmode=disable",
        "postgres://localhost/clinic?host=db.example",
        "postgres:///clinic?hostaddr=8.8.8.8",
        "postgres://localhost.example/clinic",
        "postgres://localhost,db.example/clinic",
        "postgres://[::2]/clinic",
        "postgres://127.0.0.1.example/c",
        "mysql://localhost/c",
        "localhost/clinic",
        "postgres:localhost",
        "postgres://u:p#q@localhost/c",
        "postgres://u:p q@localhost/c",
        "postgres://localhost:port/c",
    ];
    check("DATABASE_URL", &accepted, &refused);
    check("CMS_DATABASE_READ_URL", &accepted, &refused);
    for role in ["CMS_DATABASE_PUBLIC_URL", "CMS_DATABASE_STAFF_URL"] {
        let text = super::refused(&[("DATABASE_URL", accepted[0]), (role, refused[0])]);
        assert!(text.contains("without TLS"), "{text}");
    }
}

#[test]
fn a_postgres_address_without_a_host_goes_where_the_environment_says() {
    for (variable, host, accepted) in
        [("PGHOST", "db.example", false), ("PGHOSTADDR", "8.8.8.8", false), ("PGHOST", "/run/postgresql", true)]
    {
        let result = load(&[("DATABASE_URL", "postgres:///clinic"), (variable, host)]);
        assert_eq!(result.is_ok(), accepted, "{variable}={host}");
        loaded(&[("DATABASE_URL", "postgres://localhost/clinic"), (variable, host)]);
    }
}

#[test]
fn the_database_is_embedded_or_somewhere_else() {
    let config = loaded(&[("DATABASE_URL", "postgres://localhost/clinic")]);
    let Database::External { owner: Some(owner), public: None, staff: None } = config.database else {
        panic!("not external")
    };
    assert_eq!(owner.expose_secret(), "postgres://localhost/clinic");
    let read = [("CMS_DATABASE_READ_URL", "postgres://localhost/clinic")];
    assert!(matches!(loaded(&read).database, Database::Embedded));
}

#[test]
fn mail_servers_speak_smtp() {
    check(
        "CMS_SMTP_URL",
        &["smtp://mail.example", "smtps://u:p%23@mail.example:465"],
        &[
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp:///x",
            "smtp://u:p#@mail.example",
            "smtp://x.example/y",
            "smtp://x.example?tls=none",
        ],
    );
}

#[test]
fn heads_of_the_trail_leave_this_host_by_tls_alone() {
    check(
        "CMS_AUDIT_ANCHOR_URL",
        &["https://hooks.example/a?t=1", "http://127.0.0.1:9000/a", "http://[::1]/a", "http://localhost/"],
        &["http://hooks.example/a", "http://10.0.0.1/", "https://u@hooks.example", "https://", "ftp://x.example", "/a"],
    );
}

#[test]
fn the_first_owner_needs_an_address_and_a_password_of_their_own() {
    check(
        "CMS_ADMIN_EMAIL",
        &["owner@clinic.example", "owner+cms@localhost"],
        &["owner", "@clinic.example", "Owner <owner@clinic.example>", "owner@[192.0.2.1]", "a@b c"],
    );
    let longest = "ab7".repeat(42) + "ab";
    let too_long = "ab7".repeat(43);
    check(
        "CMS_ADMIN_PASSWORD",
        &[PASSPHRASE, "8391047265938174", "ünïcödé-tülïp-4", &longest],
        &[
            "tulip orbit 7x",
            "aaaaaaaaaaaaaaaaaaaa",
            "                    ",
            "000000000000000",
            "123456789012345",
            "abcdefghijklmno",
            "changeme-changeme",
            "Change-Me-Please-1!",
            "password12345678",
            "P@ssw0rd-P@ssw0rd",
            "your-password-here",
            "example-password-2026",
            "password-tulip-orbit",
            "CHANGEME_granite_canoe",
            "insert-secret-here",
            "two\nlines-of-text-7",
            &too_long,
        ],
    );
}

#[test]
fn log_lines_are_json_or_text() {
    check("CMS_LOG_FORMAT", &["json", "text"], &["JSON", "pretty"]);
    assert_eq!(loaded(&[("CMS_LOG_FORMAT", "json")]).log_format, LogFormat::Json);
    assert_eq!(loaded(&[("CMS_LOG", "info,clinic_cms=debug")]).log, "info,clinic_cms=debug");
}

#[test]
fn articles_stand_where_the_most_particular_template_says() {
    let accepted = [
        "/{slug}",
        "/a/{slug}.html",
        "/{locale}/{category}/{slug}",
        "es=/es/articulos/{slug}",
        "ES-mx/prevention = /mx/{slug}",
        "/articles/{slug}, /{locale}/articles/{slug}, /{category}/{slug}, /{locale}/{category}/{slug}",
    ];
    let refused = [
        "",
        "/articles",
        "articles/{slug}",
        "/{slug}/{slug}",
        "/{slug}/{year}",
        "/{slug}/",
        "//{slug}",
        "/../{slug}",
        "/a?{slug}",
        "/%61/{slug}",
        "/art\u{ed}culos/{slug}",
        "=/{slug}",
        "spanish=/{slug}",
        "es/Two Words=/{slug}",
        "/a/{slug}, /b/{slug}",
        "es=/a/{slug}, ES=/b/{slug}",
        "/{slug},",
        "https://clinic.example/{slug}",
    ];
    check("CMS_ARTICLE_PATHS", &accepted, &refused);
    check("CMS_ARTICLE_PATHS", &[], &[&format!("/{}/{{slug}}", "a".repeat(193))]);
    let templates = |text| {
        let config = loaded(&[("CMS_ARTICLE_PATHS", text)]);
        config.article_paths.iter().map(|path| path.template.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        templates("/wissen/{slug}, es=/es/{slug}, en/prevention=/prevention/{slug}"),
        "/prevention/{slug} /es/{slug} /wissen/{slug} /{locale}/articles/{slug}"
    );
    assert_eq!(templates("/{locale}/a/{slug}"), "/{locale}/a/{slug}", "is for the clinic's own language, too");
    assert_eq!(
        templates("/{category}/{slug}"),
        "/{category}/{slug} /articles/{slug} /{locale}/articles/{slug}",
        "an article without a category stands somewhere as well"
    );
    let told = load(&[("CMS_ARTICLE_PATHS", "/articles/{slug}, es=/articulos")]).unwrap_err().to_string();
    assert!(told.contains("entry 2 has {slug} 0 times"), "{told}");
}

#[test]
fn rate_limits_are_on_off_or_given_by_name() {
    let rate = |text, name| loaded(&[("CMS_RATE_LIMITS", text)]).rate_limits.rate(name);
    let (usual, strict) = (Rate { count: 30, seconds: 60 }, Rate { count: 5, seconds: 900 });
    assert_eq!(rate("on", LimitName::Inquiries), Some(usual));
    assert_eq!(rate("on", LimitName::Login), Some(Rate { count: 10, seconds: 60 }));
    assert_eq!(rate("off", LimitName::Login), None);
    assert_eq!(rate("login=5/900", LimitName::Login), Some(strict));
    assert_eq!(rate("login=5/900", LimitName::Inquiries), Some(usual));
    check(
        "CMS_RATE_LIMITS",
        &["on", "off", "inquiries=1000000/86400, login=1/1"],
        &[
            "none",
            "logins=1/1",
            "login",
            "login=1",
            "login=0/1",
            "login=1/0",
            "login=1000001/1",
            "login=1/86401",
            "login=-1/1",
            "login=1/1,login=2/1",
            "login=1/1,",
            "=1/1",
            "login=1/1/1",
        ],
    );
}

proptest! {
    #[test]
    fn no_value_makes_the_program_panic(value in "\\PC{0,40}", which in 0..SETTINGS.len()) {
        let _ = load(&[(SETTINGS[which].env, &value)]);
    }

    #[test]
    fn no_address_makes_the_program_panic(rest in "[-a-z0-9:/@?#%\\[\\].,=&*]{0,40}", which in 0..SETTINGS.len()) {
        for scheme in ["https://", "postgres://", "smtp://", ""] {
            let _ = load(&[(SETTINGS[which].env, &format!("{scheme}{rest}"))]);
        }
    }

    #[test]
    fn an_accepted_public_address_is_safe_to_build_links_from(rest in "[-a-z0-9:/@?#%\\[\\].]{0,24}") {
        if let Ok(config) = load(&[("CMS_PUBLIC_URL", &format!("https://{rest}"))]) {
            let link = format!("{}/v1/articles", config.public_url);
            let url = url::Url::parse(&link).unwrap();
            prop_assert_eq!(url.path(), "/v1/articles");
            prop_assert_eq!(url.username(), "");
        }
    }

    #[test]
    fn a_refusal_always_says_why(listen in "\\PC{0,30}", public in "\\PC{0,30}") {
        if let Err(errors) = load(&[("CMS_LISTEN", &listen), ("CMS_PUBLIC_URL", &public)]) {
            prop_assert!(!errors.0.is_empty());
        }
    }

    #[test]
    fn no_settings_file_makes_the_program_panic(text in "[a-z_=\\[\\]{}'\"0-9#.,\n ]{0,80}") {
        let _ = settings_file(&text);
    }
}

#[test]
fn the_gate_takes_severities_by_the_name_of_a_finding() {
    let gate = |text| loaded(&[("CMS_PUBLISH_GATE", text)]).publish_gate;
    assert_eq!(gate(""), []);
    let both = [("section_empty", GateSeverity::Warning), ("link_unknown", GateSeverity::Blocker)];
    assert_eq!(gate("section_empty=warning, link_unknown = blocker"), both);
    check(
        "CMS_PUBLISH_GATE",
        &["author_required=warning", "link_broken=warning,link_broken=warning"],
        &["section_empty", "section_empty=off", "none=warning", "link_broken=warning,link_broken=blocker", "=warning"],
    );
    let sources = environment(&[("CMS_PUBLISH_GATE", "section_emty=warning")]);
    let told = Config::load(&sources).unwrap_err().to_string();
    assert!(told.contains("did you mean section_empty?"), "{told}");
}
