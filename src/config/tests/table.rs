use std::collections::BTreeSet;

use super::super::reader::Reader;
use super::super::settings::{Effect, Fallback, Kind, SETTINGS, Setting};
use super::super::{read, reference};
use super::*;

/// A value that is not the default, and a value that is wrong.
fn samples(kind: Kind) -> (String, &'static str) {
    let (good, wrong) = match kind {
        Kind::Socket | Kind::LoopbackSocket => ("127.0.0.1:4711", "here"),
        Kind::Path => ("/srv/clinic", "\u{7}"),
        Kind::SiteAddress | Kind::BaseAddress => ("https://x.example", "x"),
        Kind::Postgres => ("postgres://localhost/clinic", "x"),
        Kind::Smtp => ("smtp://mail.example", "x"),
        Kind::HostName => ("clinic.example", "127.0.0.1"),
        Kind::HookAddress => ("https://hooks.example/audit?t=1", "x"),
        Kind::Email => ("owner@clinic.example", "x"),
        Kind::Issuer => ("https://id.clinic.example", "http://id.clinic.example"),
        Kind::ClientId | Kind::Claim => ("clinic-cms", "two words"),
        Kind::ClientSecret => ("tulip-orbit-lantern", "x"),
        Kind::Slug => ("staff-sign-in", "Staff"),
        Kind::Scopes => ("openid email", "email"),
        Kind::ClaimRoles => ("cms-editors=editor", "cms-editors=gardener"),
        Kind::PreviewUrls => ("app=https://app.clinic.example/{slug}?token={token}", "x"),
        Kind::LocalSignIn => ("break_glass", "off"),
        Kind::ReviewOverdue => ("withdraw", "off"),
        Kind::Password => (PASSPHRASE, "x"),
        Kind::Switch | Kind::RateLimits => ("off", "x"),
        Kind::ArticlePaths => ("es=/es/articulos/{slug}", "/articles"),
        Kind::PublishGate => ("section_empty=warning", "section_empty=off"),
        Kind::Origins => ("https://www.example.org", "x"),
        Kind::Networks => ("10.0.0.0/8", "x"),
        Kind::ForwardedHeader => ("forwarded", "x-real-ip"),
        Kind::LogFormat => ("json", "x"),
        Kind::LogFilter => ("debug", "\u{7}"),
        Kind::Number { max, .. } => return (max.to_string(), "x"),
    };
    (good.to_owned(), wrong)
}

fn with_partners(setting: &Setting, value: &str) -> Sources {
    let issuer = ("CMS_OIDC_ISSUER", "https://sso.clinic.example");
    let client = ("CMS_OIDC_CLIENT_ID", "clinic");
    let partner = match setting.env {
        "CMS_OIDC_ISSUER" => client,
        "CMS_OIDC_CLIENT_ID" => issuer,
        "CMS_LOCAL_SIGN_IN" => {
            let owner = ("CMS_BREAK_GLASS_OWNER", "owner@clinic.example");
            return environment(&[(setting.env, value), issuer, client, owner]);
        }
        "CMS_BREAK_GLASS_OWNER" => {
            return environment(&[(setting.env, value), issuer, client, ("CMS_LOCAL_SIGN_IN", "break_glass")]);
        }
        "CMS_STAFF_URL" => return environment(&[(setting.env, value), issuer, client]),
        name if name.starts_with("CMS_OIDC_") => return environment(&[(setting.env, value), issuer, client]),
        "CMS_ADMIN_EMAIL" => ("CMS_ADMIN_PASSWORD", PASSPHRASE),
        "CMS_ADMIN_PASSWORD" => ("CMS_ADMIN_EMAIL", "owner@clinic.example"),
        "CMS_DATABASE_PUBLIC_URL" | "CMS_DATABASE_STAFF_URL" => ("DATABASE_URL", "postgres://localhost/clinic"),
        _ => return environment(&[(setting.env, value)]),
    };
    environment(&[(setting.env, value), partner])
}

#[test]
fn every_setting_in_the_table_is_read_exactly_once() {
    let mut reader = Reader::over(&sources());
    assert!(read(&mut reader).is_some());
    let mut asked = reader.asked.clone();
    asked.sort_unstable();
    let mut known: Vec<_> = SETTINGS.iter().map(|setting| setting.env).collect();
    known.sort_unstable();
    assert_eq!(asked, known);
}

#[test]
fn every_setting_can_be_set_is_shown_and_changes_the_configuration() {
    let names: Vec<_> = SETTINGS.iter().map(|setting| setting.env).collect();
    let differing = |config: &Config| format!("{:?}", Config { shown: Vec::new(), ..config.clone() });
    let unset = differing(&loaded(&[]));
    for setting in SETTINGS {
        let (good, _) = samples(setting.kind);
        let config = Config::load(&with_partners(setting, &good)).unwrap();
        assert_ne!(differing(&config), unset, "{} changes nothing", setting.env);
        assert_eq!(config.show().iter().map(|shown| shown.name).collect::<Vec<_>>(), names);
        let shown = config.show().iter().find(|shown| shown.name == setting.env).unwrap();
        let expected = if setting.is_secret() { "[redacted]" } else { &good };
        assert_eq!(shown.value.as_deref(), Some(expected));
        assert_eq!(shown.effect, setting.effect);
    }
}

#[test]
fn every_setting_is_checked_and_its_mistake_says_what_is_expected() {
    for setting in SETTINGS {
        let (_, wrong) = samples(setting.kind);
        let errors = Config::load(&with_partners(setting, wrong)).unwrap_err();
        assert_eq!(errors.0.len(), 1, "{errors}");
        assert_eq!(errors.0[0].name, setting.env);
        assert!(errors.0[0].remedy.ends_with(&setting.kind.expected()), "{errors}");
    }
}

#[test]
fn every_setting_wrong_at_once_gives_a_mistake_for_each() {
    let pairs: Vec<_> = SETTINGS.iter().map(|setting| (setting.env, samples(setting.kind).1)).collect();
    let errors = load(&pairs).unwrap_err();
    let told: BTreeSet<_> = errors.0.iter().map(|mistake| mistake.name.as_str()).collect();
    assert_eq!(told, SETTINGS.iter().map(|setting| setting.env).collect());
    assert_eq!(errors.0.len(), SETTINGS.len());
}

#[test]
fn every_setting_can_be_given_by_flag_by_file_and_in_the_settings_file() {
    let folder = tempfile::tempdir().unwrap();
    for setting in SETTINGS {
        let (good, _) = samples(setting.kind);
        let mut by_flag = with_partners(setting, &good);
        by_flag.env.remove(&OsString::from(setting.env));
        let (mut by_file, mut by_toml) = (sources(), sources());
        (by_file.env, by_toml.env) = (by_flag.env.clone(), by_flag.env.clone());
        by_flag.flags.insert(setting.flag(), good.clone());
        let path = file(folder.path(), "value", format!("{good}\n"));
        by_file.env.insert(format!("{}_FILE", setting.env).into(), path.into());
        let path = file(folder.path(), "x.toml", format!("{} = '{good}'", setting.key()));
        by_toml.settings_file = SettingsFile::Named(path);
        for sources in [by_flag, by_file, by_toml] {
            let config = Config::load(&sources).unwrap_or_else(|errors| panic!("{errors}"));
            assert!(config.is_set(setting));
        }
    }
}

#[test]
fn names_are_unique_and_every_setting_is_described() {
    let keys: BTreeSet<_> = SETTINGS.iter().map(Setting::key).collect();
    assert_eq!(keys.len(), SETTINGS.len());
    assert!(keys.contains("database_url") && keys.contains("listen"));
    for setting in SETTINGS {
        assert!(setting.doc.ends_with('.') && !setting.doc.contains("  "), "{}", setting.doc);
        assert!(setting.env == "DATABASE_URL" || setting.env.starts_with("CMS_"));
        // A name that ended so would be taken for the file of another setting.
        assert!(!setting.env.ends_with("_FILE"));
    }
}

#[test]
fn the_example_environment_names_every_setting_and_is_all_comment() {
    let text = reference::env_example();
    assert!(text.lines().all(|line| line.is_empty() || line.starts_with('#')), "{text}");
    for setting in SETTINGS {
        let value = match setting.fallback {
            Fallback::Value(value) => value,
            Fallback::Absent(_) => "",
        };
        let line = format!("#{}={value}", setting.env);
        assert_eq!(text.lines().filter(|found| *found == line).count(), 1, "{line}");
    }
    let comments = text.lines().filter(|line| line.starts_with("# "));
    assert!(comments.clone().all(|line| line.chars().count() <= 96), "{text}");
    assert!(!text.lines().any(|line| line.ends_with(' ')));
}

#[test]
fn the_example_environment_loads_once_its_values_are_uncommented() {
    let text = reference::env_example();
    let lines = text.lines().filter(|line| !line.starts_with("# "));
    let pairs: Vec<_> = lines
        .filter_map(|line| line.strip_prefix('#')?.split_once('='))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    assert!(pairs.len() > 8);
    loaded(&pairs);
}

#[test]
fn the_table_has_a_row_of_four_cells_for_every_setting() {
    let table = reference::settings_table();
    assert_eq!(table.lines().count(), SETTINGS.len() + 2);
    for (row, setting) in table.lines().skip(2).zip(SETTINGS) {
        assert!(row.starts_with(&format!("| `{}` | ", setting.env)), "{row}");
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
        assert_eq!(row.contains("without effect"), setting.effect == Effect::Reserved, "{row}");
        assert_eq!(row.contains("(secret)"), setting.is_secret(), "{row}");
    }
}
