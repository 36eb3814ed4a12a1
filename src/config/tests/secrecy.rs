use super::super::{SETTINGS, SetBy};
use super::*;

const CANARY: &str = "canary4711";

/// An accepted value with the canary in it, for every secret.
const SECRETS: [(&str, &str); 8] = [
    ("DATABASE_URL", "postgres://u:canary4711@localhost/clinic"),
    ("CMS_DATABASE_PUBLIC_URL", "postgres://u:canary4711@localhost/clinic"),
    ("CMS_DATABASE_STAFF_URL", "postgres://u:canary4711@localhost/clinic"),
    ("CMS_DATABASE_READ_URL", "postgres://u:canary4711@localhost/clinic"),
    ("CMS_SMTP_URL", "smtps://u:canary4711@mail.example"),
    ("CMS_AUDIT_ANCHOR_URL", "https://hooks.example/canary4711"),
    ("CMS_ADMIN_PASSWORD", "canary4711 tulip orbit"),
    ("CMS_OIDC_CLIENT_SECRET", "canary4711-tulip-orbit"),
];

#[test]
fn a_secret_is_neither_debugged_nor_shown() {
    let names: Vec<_> = SETTINGS.iter().filter(|s| s.is_secret()).map(|s| s.env).collect();
    assert!(names.iter().all(|name| SECRETS.iter().any(|(known, _)| known == name)));
    assert_eq!(names.len(), SECRETS.len());
    let mut pairs = SECRETS.to_vec();
    pairs.push(("CMS_ADMIN_EMAIL", "canary4711@clinic.example"));
    pairs.extend([("CMS_OIDC_ISSUER", "https://id.clinic.example"), ("CMS_OIDC_CLIENT_ID", "clinic-cms")]);
    let config = loaded(&pairs);
    assert!(!format!("{config:?} {config:#?}").contains(CANARY));
    assert!(!format!("{:?}", environment(&pairs)).contains(CANARY));
    for shown in config.show().iter().filter(|shown| names.contains(&shown.name)) {
        assert_eq!(shown.value.as_deref(), Some("[redacted]"), "{}", shown.name);
    }
}

#[test]
fn no_mistake_repeats_a_value_wherever_it_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    let mut refusals = 0;
    for setting in SETTINGS {
        for value in [
            "canary4711",
            "postgres://u:canary4711@db.example/clinic",
            "https://u:canary4711@x.example/?#",
            "canary4711\nx",
            "canary4711=1/1",
            "postgres://canary4711/?sslmode=canary4711",
        ] {
            let in_file = file(folder.path(), "value", value);
            let toml = format!("{} = {value:?}", setting.key());
            let in_toml = file(folder.path(), "clinic-cms.toml", toml);
            let mut flag = sources();
            flag.flags.insert(setting.flag(), value.to_owned());
            let by_file = format!("{}_FILE", setting.env);
            for sources in [
                flag,
                environment(&[(setting.env, value)]),
                environment(&[(&by_file, in_file.to_str().unwrap())]),
                environment(&[(setting.env, value), (&by_file, value)]),
                Sources { settings_file: SettingsFile::Named(in_toml), ..sources() },
            ] {
                if let Err(errors) = Config::load(&sources) {
                    refusals += 1;
                    let told = format!("{errors} {errors:?}");
                    assert!(!told.contains(CANARY), "{told}");
                }
            }
        }
    }
    assert!(refusals > SETTINGS.len() * 20, "{refusals}");
}

#[test]
fn a_secret_put_into_the_file_variable_is_not_repeated_as_a_path() {
    for (name, value) in SECRETS {
        let text = refused(&[(&format!("{name}_FILE"), value)]);
        assert!(text.contains("does not exist") && !text.contains(CANARY), "{text}");
    }
}

#[test]
fn an_unknown_name_does_not_repeat_its_value() {
    assert!(!refused(&[("CMS_ADMIN_PASWORD", "canary4711 tulip orbit")]).contains(CANARY));
    let errors = settings_file("admin_pasword = 'canary4711'").unwrap_err();
    assert!(!format!("{errors} {errors:?}").contains(CANARY));
}

#[test]
fn settings_without_effect_are_named_only_where_somebody_set_them() {
    assert!(loaded(&[]).unused().is_empty());
    let config = loaded(&[
        ("CMS_MEDIA_URL", "https://m.example"),
        ("CMS_REQUIRE_MFA", "on"),
        ("CMS_SMTP_URL", "smtp://mail.example"),
        ("CMS_DATABASE_READ_URL", "postgres://localhost/clinic"),
        ("CMS_LOG", "debug"),
    ]);
    let mut unused = config.unused();
    unused.sort_unstable();
    let reserved = ["CMS_DATABASE_READ_URL", "CMS_MEDIA_URL"];
    assert_eq!(unused, reserved);
    assert_eq!(config.show().iter().filter(|s| s.set_by != SetBy::Default).count(), 5);
}
