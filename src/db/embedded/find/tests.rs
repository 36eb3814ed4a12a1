use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

/// A folder of scripts that answer like a server's programs; the folder above is its root.
pub(in crate::db::embedded) fn pretend_server(root: &Path, version: &str, extensions: &[&str]) -> PathBuf {
    let (bin, share) = (root.join("bin"), root.join("share"));
    fs::create_dir_all(&bin).unwrap();
    fs::create_dir_all(share.join("extension")).unwrap();
    for name in extensions {
        fs::write(share.join(format!("extension/{name}.control")), "").unwrap();
    }
    // The shared files are found from the script's own place, so that the folder can be moved.
    let show =
        format!("#!/bin/sh\nroot=${{0%/bin/*}}\necho \"VERSION={version}\" >&2\necho \"share_path=$root/share\" >&2\n");
    script(&bin.join("initdb"), &show);
    script(&bin.join("postgres"), &format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n"));
    bin
}

fn script(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn only(known: &[&Path]) -> Options {
    let mut options = Options::new(Path::new("/nonexistent"), Path::new("/nonexistent"));
    options.known_folders = known.iter().map(|folder| folder.display().to_string()).collect();
    options
}

#[test]
fn the_newest_server_wins() {
    let root = tempfile::tempdir().unwrap();
    for version in ["9.6", "15.18", "17.2", "16.9"] {
        pretend_server(&root.path().join(version), version, &REQUIRED_EXTENSIONS);
    }
    let (qualified, passed_over) = on_this_machine(&only(&[&root.path().join("*/bin")]), None);
    let versions: Vec<String> = qualified.iter().map(|binaries| binaries.version.to_string()).collect();
    assert_eq!(versions, ["17.2", "16.9", "15.18"]);
    assert_eq!(passed_over.len(), 1);
    assert!(passed_over[0].reason.contains("9.6"), "{passed_over:?}");
}

#[test]
fn a_server_without_its_extensions_is_passed_over_by_name() {
    let root = tempfile::tempdir().unwrap();
    let bin = pretend_server(root.path(), "17.2", &["pg_trgm"]);
    let reason = inspect(&bin, None).unwrap_err();
    assert!(reason.contains("btree_gist, unaccent"), "{reason}");
}

#[test]
fn a_lone_link_leads_to_the_folder_with_initdb() {
    let root = tempfile::tempdir().unwrap();
    let bin = pretend_server(&root.path().join("real"), "16.1", &REQUIRED_EXTENSIONS);
    let lone = root.path().join("lone");
    fs::create_dir(&lone).unwrap();
    symlink(bin.join("postgres"), lone.join("postgres")).unwrap();
    let (qualified, _) = on_this_machine(&only(&[&lone]), None);
    assert_eq!(qualified.len(), 1);
    assert_eq!(qualified[0].folder, bin.canonicalize().unwrap());
}

#[test]
fn path_is_searched_and_each_folder_counts_once() {
    let root = tempfile::tempdir().unwrap();
    let bin = pretend_server(root.path(), "16.1", &REQUIRED_EXTENSIONS);
    let mut options = only(&[&bin]);
    script(&bin.join("pg_config"), &format!("#!/bin/sh\necho {}\n", bin.display()));
    options.search_path = Some(bin.clone().into_os_string());
    assert_eq!(candidates(&options), [bin.canonicalize().unwrap()]);
}

#[test]
fn postgres_alone_is_no_server() {
    let root = tempfile::tempdir().unwrap();
    script(&root.path().join("postgres"), "#!/bin/sh\n");
    assert_eq!(inspect(root.path(), None).unwrap_err(), "it has no initdb");
}
