use super::super::{DEFAULT_SETTINGS_FILE, SetBy};
use super::*;

/// The sources that set `CMS_WORKERS`, each to a number of its own.
fn workers(folder: &Path, set: &[&str]) -> Sources {
    let mut sources = sources();
    if set.contains(&"flag") {
        sources.flags.insert("workers".to_owned(), "1".to_owned());
    }
    if set.contains(&"env") {
        sources.env.insert("CMS_WORKERS".into(), "2".into());
    }
    if set.contains(&"env file") {
        let path = file(folder, "workers", "3\n");
        sources.env.insert("CMS_WORKERS_FILE".into(), path.into());
    }
    if set.contains(&"toml") {
        let path = file(folder, "clinic-cms.toml", "workers = 4\n");
        sources.settings_file = SettingsFile::Named(path);
    }
    sources
}

#[test]
fn a_flag_beats_the_environment_beats_its_file_beats_the_settings_file_beats_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let table: [(&[&str], Option<usize>); 9] = [
        (&["flag", "env", "toml"], Some(1)),
        (&["flag", "env file", "toml"], Some(1)),
        (&["flag"], Some(1)),
        (&["env", "toml"], Some(2)),
        (&["env"], Some(2)),
        (&["env file", "toml"], Some(3)),
        (&["env file"], Some(3)),
        (&["toml"], Some(4)),
        (&[], None),
    ];
    for (set, expected) in table {
        let sources = workers(folder.path(), set);
        assert_eq!(Config::load(&sources).unwrap().workers, expected, "{sources:?}");
    }
}

#[test]
fn every_value_is_shown_with_where_it_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    let shown = |sources: Sources| {
        let config = Config::load(&sources).unwrap();
        let shown = config.show().iter().find(|shown| shown.name == "CMS_WORKERS").unwrap();
        (shown.value.clone(), shown.set_by.to_string())
    };
    let of = |set: &[&str]| shown(workers(folder.path(), set));
    assert_eq!(of(&["flag"]), (Some("1".into()), "flag --workers".into()));
    assert_eq!(of(&["env"]), (Some("2".into()), "environment CMS_WORKERS".into()));
    let by_file = of(&["env file"]).1;
    assert!(by_file.ends_with("workers named by CMS_WORKERS_FILE"), "{by_file}");
    assert!(of(&["toml"]).1.ends_with("clinic-cms.toml line 1"));
    assert_eq!(of(&[]), (None, "default".into()));
}

#[test]
fn a_variable_and_its_file_together_are_a_mistake_even_under_a_flag() {
    let folder = tempfile::tempdir().unwrap();
    let twice: [&[&str]; 2] = [&["env", "env file"], &["flag", "env", "env file"]];
    for set in twice {
        let text = Config::load(&workers(folder.path(), set)).unwrap_err();
        let text = text.to_string();
        assert!(text.contains("CMS_WORKERS_FILE is set as well"), "{text}");
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}

#[test]
fn exactly_one_line_end_is_cut_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for (content, accepted) in [("7", true), ("7\n", true), ("7\r\n", true), ("7\n\n", false)] {
        let path = file(folder.path(), "workers", content);
        let result = load(&[("CMS_WORKERS_FILE", path.to_str().unwrap())]);
        assert_eq!(result.is_ok(), accepted, "{content:?}");
    }
}

#[test]
fn the_default_settings_file_may_be_missing_and_a_named_one_may_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(DEFAULT_SETTINGS_FILE);
    let with = |settings_file| Config::load(&Sources { settings_file, ..sources() });
    assert!(with(SettingsFile::IfPresent(path.clone())).is_ok());
    let text = with(SettingsFile::Named(path.clone())).unwrap_err().to_string();
    assert!(text.contains("clinic-cms.toml") && text.contains("does not exist"), "{text}");
    file(folder.path(), DEFAULT_SETTINGS_FILE, "workers = 5");
    assert_eq!(with(SettingsFile::IfPresent(path)).unwrap().workers, Some(5));
}

#[test]
fn a_process_reads_the_default_settings_file_unless_another_is_named() {
    let of = |config| Sources::of_process(BTreeMap::new(), [], config).settings_file;
    assert_eq!(of(None), SettingsFile::IfPresent("clinic-cms.toml".into()));
    assert_eq!(of(Some("x.toml".into())), SettingsFile::Named("x.toml".into()));
}

#[test]
fn an_overridden_value_is_not_looked_at() {
    let mut sources = environment(&[("CMS_WORKERS", "many")]);
    sources.flags.insert("workers".to_owned(), "2".to_owned());
    assert_eq!(Config::load(&sources).unwrap().workers, Some(2));
}

#[test]
fn nothing_set_gives_the_documented_defaults() {
    let config = loaded(&[]);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url.as_str(), "http://127.0.0.1:8080");
    assert_eq!(config.data_dir, Path::new("./data"));
    assert!(matches!(config.database, super::super::Database::Embedded));
    assert!(config.require_mfa && config.first_owner.is_none() && config.smtp_url.is_none());
    assert!(config.cors_origins.is_empty() && config.trusted_proxies.is_empty());
    assert_eq!((config.inquiry_retention_days, config.database_connections), (730, 10));
    assert_eq!((config.workers, config.metrics_listen), (None, None));
    assert!(config.show().iter().all(|shown| shown.set_by == SetBy::Default));
}

#[test]
fn the_public_address_follows_the_one_listened_on() {
    let config = loaded(&[("CMS_LISTEN", "[::1]:0")]);
    assert_eq!(config.public_url.as_str(), "http://[::1]:0");
    let bound = "[::1]:4711".parse().unwrap();
    assert_eq!(config.public_url_at(bound).as_str(), "http://[::1]:4711");
    let config = loaded(&[("CMS_LISTEN", "[fe80::1%3]:80")]);
    assert_eq!(config.public_url.as_str(), "http://[fe80::1]");
    let config = loaded(&[("CMS_PUBLIC_URL", "https://api.example.org/")]);
    assert_eq!(config.public_url_at(bound).as_str(), "https://api.example.org");
}

#[test]
fn the_settings_file_takes_toml_types_and_lists() {
    let config = settings_file(
        "# a clinic\nworkers = 4\nrequire_mfa = false\nrate_limits = ['login=5/60']\n\
         cors_origins = [\"https://a.example\", \"https://b.example:8443\"]\ntrusted_proxies = []\n",
    );
    let config = config.unwrap();
    assert_eq!((config.workers, config.require_mfa), (Some(4), false));
    let origins: Vec<_> = config.cors_origins.iter().map(ToString::to_string).collect();
    assert_eq!(origins, ["https://a.example", "https://b.example:8443"]);
}
