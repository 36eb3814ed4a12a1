//! Which binaries to run: the setting alone where it is set; else what an earlier start chose, this machine's
//! servers, the archive. A cluster on disk is bound to its major version, so only binaries of that one will do.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use super::{
    account::Account,
    error::EmbeddedError,
    fetch::ArchiveSource,
    find::{self, Binaries, PassedOver},
    options::Options,
    place::{self, Place},
};

/// What a search is for: the options, the place, and the major version the cluster on disk needs, if there is one.
struct Search<'a> {
    options: &'a Options,
    place: &'a Place,
    needed: Option<u32>,
}

/// The binaries for this place. May fetch the archive.
pub(super) fn choose(options: &Options, place: &Place, needed: Option<u32>) -> Result<Binaries, EmbeddedError> {
    let search = Search { options, place, needed };
    let chosen = match (&options.binaries, search.remembered()) {
        (Some(setting), _) => search.named_by(setting),
        (None, Some(known)) => return Ok(known),
        (None, None) => search.in_order(),
    }?;
    place::write_note(&search.memory(), &chosen.folder.to_string_lossy())?;
    Ok(chosen)
}

impl Search<'_> {
    fn memory(&self) -> PathBuf {
        self.place.home.join("binaries")
    }

    fn fits(&self, binaries: &Binaries) -> bool {
        self.needed.is_none_or(|needed| needed == binaries.version.major)
    }

    /// What qualified at an earlier start of this very cluster, asked for its version alone: this keeps a start short.
    fn remembered(&self) -> Option<Binaries> {
        self.needed?;
        let folder = PathBuf::from(fs::read_to_string(self.memory()).ok()?);
        let version = find::version_of(&folder)?;
        Some(Binaries { folder, version }).filter(|binaries| self.fits(binaries))
    }

    /// An explicit setting is obeyed or refused, never replaced by another server.
    fn named_by(&self, setting: &Path) -> Result<Binaries, EmbeddedError> {
        let given = if setting.is_file() { setting.parent().unwrap_or(setting) } else { setting };
        let folder = find::home_of_postgres(given).unwrap_or_else(|| given.to_path_buf());
        let binaries = find::inspect(&folder, self.place.account)
            .map_err(|reason| EmbeddedError::Setting { folder: setting.to_path_buf(), reason })?;
        if self.fits(&binaries) { Ok(binaries) } else { Err(self.other_major(&[binaries])) }
    }

    fn in_order(&self) -> Result<Binaries, EmbeddedError> {
        let (found, passed_over) = find::on_this_machine(self.options, self.place.account);
        for PassedOver { folder, reason } in &passed_over {
            tracing::warn!("passed over the PostgreSQL in {}: {reason}", folder.display());
        }
        if let Some(fitting) = found.iter().find(|binaries| self.fits(binaries)) {
            return Ok(fitting.clone());
        }
        let fetched = match &self.options.archive {
            Some(archive) => self.archived(archive),
            None => Err("fetching is turned off".to_owned()),
        };
        fetched.map_err(
            |reason| {
                if found.is_empty() { self.none(&passed_over, &reason) } else { self.other_major(&found) }
            },
        )
    }

    /// The archive unpacked earlier, else fetched now.
    fn archived(&self, archive: &ArchiveSource) -> Result<Binaries, String> {
        if let (Some(needed), Some(offered)) = (self.needed, archive.major())
            && needed != offered
        {
            return Err(format!("the archive is PostgreSQL {offered}, and the cluster needs {needed}"));
        }
        let Place { home, account, .. } = self.place;
        if let Ok(ready) = find::inspect(&archive.bin(home), *account) {
            return Ok(ready);
        }
        fetch_and_inspect(archive, home, *account)
    }

    fn other_major(&self, found: &[Binaries]) -> EmbeddedError {
        let versions: Vec<String> =
            found.iter().map(|binaries| format!("{} ({})", binaries.version, binaries.folder.display())).collect();
        EmbeddedError::OtherMajor {
            folder: self.place.cluster(),
            cluster: self.needed.unwrap_or_default(),
            binaries: versions.join(", "),
        }
    }

    fn none(&self, passed_over: &[PassedOver], archive: &str) -> EmbeddedError {
        let mut tried = String::new();
        let on_path = if self.options.search_path.is_some() { "pg_config, PATH and " } else { "" };
        let _ = writeln!(tried, "  - {on_path}{}", self.options.known_folders.join(" "));
        for PassedOver { folder, reason } in passed_over {
            let _ = writeln!(tried, "  - {}: {reason}", folder.display());
        }
        let _ = write!(tried, "  - the archive: {archive}");
        EmbeddedError::NoBinaries { tried }
    }
}

fn fetch_and_inspect(archive: &ArchiveSource, home: &Path, account: Option<Account>) -> Result<Binaries, String> {
    let bin = archive.fetch(home).map_err(|error| error.to_string())?;
    find::inspect(&bin, account)
}

#[cfg(test)]
mod tests {
    use super::{
        super::find::{REQUIRED_EXTENSIONS, tests::pretend_server},
        *,
    };

    struct Machine {
        root: tempfile::TempDir,
        options: Options,
        place: Place,
    }

    /// A machine with these versions installed, and no archive to be had.
    fn machine(versions: &[&str]) -> Machine {
        let root = tempfile::tempdir().unwrap();
        for version in versions {
            pretend_server(&root.path().join(version), version, &REQUIRED_EXTENSIONS);
        }
        let mut options = Options::new(root.path(), Path::new("/nonexistent"));
        options.known_folders = vec![format!("{}/*/bin", root.path().display())];
        options.archive = None;
        let home = root.path().join("home");
        fs::create_dir(&home).unwrap();
        let place = Place { data_dir: root.path().to_path_buf(), home, account: None };
        Machine { root, options, place }
    }

    fn chosen(machine: &Machine, needed: Option<u32>) -> Result<String, String> {
        choose(&machine.options, &machine.place, needed)
            .map(|binaries| binaries.version.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_cluster_on_disk_gets_its_own_major_version_although_a_newer_one_is_installed() {
        let machine = machine(&["15.18", "17.2"]);
        assert_eq!(chosen(&machine, None).unwrap(), "17.2");
        assert_eq!(chosen(&machine, Some(15)).unwrap(), "15.18");
    }

    #[test]
    fn a_cluster_of_a_version_that_is_not_installed_names_both() {
        let refused = chosen(&machine(&["17.2"]), Some(15)).unwrap_err();
        assert!(refused.contains("made by PostgreSQL 15") && refused.contains("17.2"), "{refused}");
    }

    #[test]
    fn a_wrong_setting_is_an_error_although_another_server_is_installed() {
        let mut machine = machine(&["17.2"]);
        machine.options.binaries = Some(machine.root.path().join("nowhere"));
        let refused = chosen(&machine, None).unwrap_err();
        assert!(refused.contains("CMS_POSTGRES_BIN") && refused.contains("no postgres"), "{refused}");
    }

    #[test]
    fn the_setting_beats_a_newer_server_and_may_name_the_program_itself() {
        let mut machine = machine(&["15.18", "17.2"]);
        machine.options.binaries = Some(machine.root.path().join("15.18/bin"));
        assert_eq!(chosen(&machine, None).unwrap(), "15.18");
        machine.options.binaries = Some(machine.root.path().join("15.18/bin/postgres"));
        assert_eq!(chosen(&machine, None).unwrap(), "15.18");
    }

    #[test]
    fn an_earlier_choice_is_kept_while_its_version_fits() {
        let mut machine = machine(&["15.18"]);
        assert_eq!(chosen(&machine, None).unwrap(), "15.18");
        machine.options.known_folders.clear();
        assert_eq!(chosen(&machine, Some(15)).unwrap(), "15.18");
    }

    #[test]
    fn nothing_found_lists_what_was_tried_and_the_fixes() {
        let machine = machine(&["14.9"]);
        let refused = chosen(&machine, None).unwrap_err();
        for part in ["14.9", "fetching is turned off", "apt install", "dnf install", "brew install", "docker"] {
            assert!(refused.contains(part), "{part} in {refused}");
        }
    }
}
