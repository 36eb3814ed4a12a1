use super::*;

#[test]
fn all_mistakes_are_told_at_once_wherever_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let path =
        file(folder.path(), "clinic-cms.toml", "workers = 4\nlisen = 'x'\nlog_format = 'xml'\nrequire_mfa = 3\n");
    let mut sources = environment(&[
        ("CMS_LISTEN", "localhost:8080"),
        ("CMS_PUBLIC_URL", "https://x.example/api"),
        ("CMS_CORS_ORIGIN", "https://a.example"),
        ("CMS_SMTP_URL_FILE", "/nowhere/smtp"),
        ("CMS_ADMIN_EMAIL", "owner@clinic.example"),
    ]);
    sources.flags.insert("database-connections".to_owned(), "0".to_owned());
    sources.settings_file = SettingsFile::Named(path);
    let errors = Config::load(&sources).unwrap_err();
    let text = errors.to_string();
    for part in [
        "CMS_CORS_ORIGIN (environment CMS_CORS_ORIGIN): is not a setting; did you mean CMS_CORS_ORIGINS?",
        "clinic-cms.toml line 2): is not a setting; did you mean listen?",
        "CMS_SMTP_URL (file named by CMS_SMTP_URL_FILE): the file does not exist",
        "CMS_LISTEN (environment CMS_LISTEN): is not an IP address with a port; expected an IP",
        "CMS_PUBLIC_URL (environment CMS_PUBLIC_URL): has a path",
        "CMS_DATABASE_CONNECTIONS (flag --database-connections): is out of bounds; expected a whole number from 1 to 200",
        "CMS_ADMIN_EMAIL (environment CMS_ADMIN_EMAIL): is set alone; expected CMS_ADMIN_PASSWORD",
        "clinic-cms.toml line 3): is not a known format; expected json or text",
        "clinic-cms.toml line 4): is of the TOML type integer; expected true, false, on or off",
    ] {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
    assert!(text.starts_with("9 mistakes in the settings:\n"), "{text}");
    assert_eq!(errors.0.len(), 9);
}

#[test]
fn unknown_names_come_with_the_one_that_was_probably_meant() {
    for (unknown, meant) in [
        ("CMS_LISEN", "CMS_LISTEN?"),
        ("CMS_DATABASE_URL", "DATABASE_URL?"),
        ("CMS_ADMIN_PASWORD_FILE", "CMS_ADMIN_PASSWORD_FILE?"),
        ("CMS_listen", "CMS_LISTEN?"),
        ("CMS_CORS", "CMS_CORS_ORIGINS?"),
        ("CMS_LOG_LEVEL", "CMS_LOG"),
    ] {
        let text = refused(&[(unknown, "x")]);
        assert!(text.contains(&format!("did you mean {meant}")), "{text}");
    }
    let text = refused(&[("CMS_COFFEE_MACHINE", "x")]);
    assert!(!text.contains("did you mean") && text.contains(".env.example"), "{text}");
    let mut sources = sources();
    sources.flags.insert("data-dri".to_owned(), "x".to_owned());
    let text = Config::load(&sources).unwrap_err().to_string();
    assert!(text.contains("did you mean --data-dir?"), "{text}");
}

#[test]
fn the_environment_of_other_programs_is_passed_over() {
    loaded(&[("PATH", ""), ("LISTEN", "x"), ("CMS", "x"), ("XCMS_LISTEN", "x")]);
}

#[test]
fn a_broken_settings_file_is_told_by_line_and_never_quoted() {
    let text = settings_file("workers = 4\nadmin_password = canary-4711 x\n").unwrap_err();
    let text = text.to_string();
    assert!(text.contains("line 2") && text.contains("is not TOML"), "{text}");
    assert!(!text.contains("4711"), "{text}");
    let text = settings_file("workers = 4\nworkers = 5\n").unwrap_err().to_string();
    assert!(text.contains("line 2") && text.contains("duplicate key"), "{text}");
    let text = settings_file("[server]\nlisten = '127.0.0.1:1'\n").unwrap_err().to_string();
    assert!(text.contains("server (") && text.contains("is not a setting"), "{text}");
}

#[test]
fn a_broken_settings_file_hides_no_partner() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "clinic-cms.toml", "=");
    let mut sources = environment(&[("CMS_ADMIN_EMAIL", "owner@clinic.example")]);
    sources.settings_file = SettingsFile::Named(path);
    let text = Config::load(&sources).unwrap_err().to_string();
    assert!(!text.contains("alone"), "{text}");
}

#[test]
fn lists_in_the_settings_file_hold_plain_text_alone() {
    for list in ["[1]", "['']", "['https://a.example,https://b.example']", "[['x']]"] {
        let text = settings_file(&format!("cors_origins = {list}")).unwrap_err().to_string();
        assert!(text.contains("has an e"), "{list}: {text}");
    }
    assert!(settings_file("listen = ['127.0.0.1:1']").is_err());
}

#[test]
fn files_that_cannot_be_read_are_told_by_reason() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = file(folder.path(), "bytes", [0xff, 0xfe]);
    let large = file(folder.path(), "large", vec![b'a'; (1 << 20) + 1]);
    let missing = folder.path().join("missing");
    for (path, reason) in [
        (folder.path(), "is a folder"),
        (bytes.as_path(), "is not UTF-8 text"),
        (large.as_path(), "is larger than 1 MiB"),
        (missing.as_path(), "does not exist"),
    ] {
        let text = refused(&[("CMS_LOG_FILE", path.to_str().unwrap())]);
        assert!(text.contains(reason) && text.contains("named by CMS_LOG_FILE"), "{text}");
        assert!(text.contains(path.to_str().unwrap()), "{text}");
    }
    assert!(refused(&[("CMS_LOG_FILE", "")]).contains("the variable is empty"));
}

#[test]
fn empty_values_are_mistakes_except_for_lists() {
    for setting in super::super::SETTINGS {
        for empty in ["", "  "] {
            let result = load(&[(setting.env, empty)]);
            assert_eq!(result.is_ok(), setting.kind.may_be_empty(), "{}", setting.env);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_text_is_a_mistake() {
    use std::os::unix::ffi::OsStringExt;
    let mut sources = sources();
    sources.env.insert("CMS_LOG".into(), OsString::from_vec(vec![0xff]));
    let text = Config::load(&sources).unwrap_err().to_string();
    assert!(text.contains("is not UTF-8 text"), "{text}");
}

#[test]
fn a_name_cannot_forge_a_line_of_the_report() {
    let text = refused(&[("CMS_X\n  - all is well\u{1b}[2J", "x")]);
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn the_doors_to_the_database_come_in_pairs() {
    let url = "postgres://localhost/clinic";
    let (owner, public, staff) =
        (("DATABASE_URL", url), ("CMS_DATABASE_PUBLIC_URL", url), ("CMS_DATABASE_STAFF_URL", url));
    for accepted in [&[owner][..], &[owner, public], &[owner, staff], &[public, staff]] {
        let config = loaded(accepted);
        assert!(matches!(config.database, super::super::Database::External { .. }));
    }
    for alone in [public, staff] {
        let text = refused(&[alone]);
        assert!(text.contains("is set alone; expected DATABASE_URL or"), "{text}");
    }
}

#[test]
fn a_wrong_partner_is_no_missing_partner() {
    let text = refused(&[("CMS_ADMIN_EMAIL", "a@b.example"), ("CMS_ADMIN_PASSWORD", "short")]);
    assert!(text.starts_with("1 mistake ") && !text.contains("alone"), "{text}");
}
