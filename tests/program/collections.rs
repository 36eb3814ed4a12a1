//! `import wordpress`, `ghost`, `markdown` and `json`, and `export articles`: what a clinic has elsewhere arrives
//! complete by count, is never public by itself, and goes out again as it came.

use std::{
    fs,
    io::{BufWriter, Write},
    path::Path,
    time::Duration,
};

use serde_json::{Value, json};

use crate::program::{Ground, Running, Service};

/// Made by a `WordPress` 6.1 out of texts that were written for it.
const WORDPRESS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/collections/harbor.wordpress.xml");
/// Everything that an export can hold, in the form in which it is written.
const WHOLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/collections/whole.ndjson");

/// Runs an import that ends with this code, and answers its report.
#[track_caller]
fn import(ground: &Ground, code: i32, arguments: &[&str]) -> Value {
    let ended = ground.run(&[&["import"], arguments, &["--json"]].concat()).with(code, &[]);
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[track_caller]
fn export(ground: &Ground) -> String {
    ground.run(&["export", "articles"]).with(0, &[]).stdout
}

fn count(report: &Value, list: &str, code: &str) -> u64 {
    let reasons = report[list].as_array().unwrap();
    reasons.iter().find(|reason| reason["code"] == code).map_or(0, |reason| reason["count"].as_u64().unwrap())
}

fn with_owner(ground: &Ground) -> (String, String) {
    let email = "owner@clinic.example";
    let made = ground.json(&["admin", "create", "--email", email, "--name", "Robin Vale", "--json"]);
    (email.to_owned(), made["password"].as_str().unwrap().to_owned())
}

fn drafts(service: &Service, owner: &(String, String)) -> Vec<Value> {
    service.signed_in(owner).all("/v1/admin/articles")
}

#[test]
fn a_real_wordpress_arrives_complete_by_count_and_nothing_of_it_is_public() {
    let ground = Ground::new();
    let owner = with_owner(&ground);
    let report = import(&ground, 4, &["wordpress", WORDPRESS]);
    assert_eq!(report["forms"], json!({"post": 21, "page": 4}), "{report}");
    assert_eq!(report["articles"]["created"], 24, "all but the one without a title: {report}");
    assert_eq!(report["articles"]["refused"], 1);
    let left = ["media_not_imported", "menu_item", "custom_type", "reusable_block", "in_trash", "comment"];
    assert_eq!(left.map(|code| count(&report, "left", code)), [5, 1, 1, 1, 1, 2], "{report}");
    assert_eq!(count(&report, "left", "dynamic_block"), 1, "{report}");
    assert_eq!(report["authors"], json!({"created": 3, "known": 0}));
    assert_eq!(report["redirects"]["created"], 19, "what was public, and one former slug: {report}");
    assert_eq!(count(&report, "left", "address_unusable"), 1, "the private post has none: {report}");
    assert_eq!(report["stopped"], Value::Null);
    let service = ground.serve(&[]);
    assert_eq!(service.client().all("/v1/articles"), Vec::<Value>::new());
    assert_eq!(service.client().get("/v1/articles/a-chair-that-fits").status, 404);
    let drafts = drafts(&service, &owner);
    assert_eq!(drafts.len(), 24);
    assert!(drafts.iter().all(|draft| draft["status"] == "draft" && draft["kind"] == "clinical"), "{drafts:?}");
    let chair = drafts.iter().find(|draft| draft["slug"] == "a-chair-that-fits").unwrap();
    let path = format!("/v1/admin/articles/{}", chair["id"].as_str().unwrap());
    let chair = service.signed_in(&owner).get(&path).good()["data"].clone();
    assert_eq!(
        (&chair["author"]["name"], &chair["category"]["name"]),
        (&json!("Tomás Ibarra"), &json!("Kitchen Habits"))
    );
    assert_eq!(chair["seo"]["title"], "A chair for your back");
    let body = chair["body_markdown"].as_str().unwrap();
    assert!(body.contains("## What helps") && body.contains("- Begin with **two minutes**."), "{body}");
    assert!(!body.contains("wp:"), "{body}");
}

#[test]
fn a_second_import_takes_what_moved_on_and_leaves_what_an_editor_touched() {
    let ground = Ground::new();
    let owner = with_owner(&ground);
    let xml = fs::read_to_string(WORDPRESS).unwrap();
    let file = ground.file("site.xml", &xml);
    import(&ground, 4, &["wordpress", &file]);
    let again = import(&ground, 4, &["wordpress", &file]);
    assert_eq!((&again["articles"]["unchanged"], &again["articles"]["created"]), (&json!(24), &json!(0)), "{again}");
    let service = ground.serve(&[]);
    let client = service.signed_in(&owner);
    let edited = client.all("/v1/admin/articles").into_iter().find(|draft| draft["slug"] == "directions").unwrap();
    let path = format!("/v1/admin/articles/{}", edited["id"].as_str().unwrap());
    client.patch(&path, &edited["version"], &json!({"body_markdown": "Take the first gate."})).good();
    drop(service);
    let moved_on =
        xml.replace("Take the second gate.", "Take the third gate.").replace("Two rooms by", "Three rooms by");
    let file = ground.file("site.xml", &moved_on);
    let report = import(&ground, 4, &["wordpress", &file]);
    assert_eq!((&report["articles"]["kept"], &report["articles"]["updated"]), (&json!(1), &json!(1)), "{report}");
    assert_eq!(report["kept"], json!(["Directions"]));
    let lines = export(&ground);
    assert!(lines.contains("Take the first gate.") && lines.contains("Three rooms by"), "{lines}");
}

#[test]
fn an_export_goes_into_an_empty_instance_and_comes_out_with_the_same_bytes() {
    let whole = fs::read_to_string(WHOLE).unwrap();
    let first = Ground::new();
    let report = import(&first, 0, &["json", WHOLE]);
    assert_eq!(report["articles"]["created"], 4, "{report}");
    assert_eq!(export(&first), whole);
    let again = import(&first, 0, &["json", WHOLE]);
    assert_eq!(again["articles"]["unchanged"], 4, "{again}");
    let folder = first.data_dir().with_file_name("documents");
    let name = folder.display().to_string();
    first.run(&["export", "articles", "--format", "markdown", "--out", &name]).with(0, &[]);
    let document = fs::read_to_string(folder.join("en/low-tide.md")).unwrap();
    assert!(document.starts_with("---\nrecord: \"article\"\nkey: \"en/low-tide\"\n"), "{document}");
    assert!(document.contains("\n---\n\n## What helps\n"), "{document}");
    let second = Ground::new();
    let report = import(&second, 0, &["markdown", &name]);
    assert_eq!(report["articles"]["created"], 4, "{report}");
    assert_eq!(export(&second), whole);
    second.run(&["export", "articles", "--format", "markdown", "--out", &name]).with(1, &["is not empty"]);
}

#[test]
fn everything_imported_from_everywhere_makes_the_same_journey() {
    let first = Ground::new();
    import(&first, 4, &["wordpress", WORDPRESS]);
    let folder = written(
        &first,
        &[
            (
                "2023-05-01-low-water.md",
                "---\ntags: [Slow Mornings]\nauthor: Mara Quill\n---\n# Low water\n\nWalk <b>on</b>.\n",
            ),
            ("deeper/rest.md", "+++\ntitle = \"Rest\"\n+++\nSit.\n"),
            ("deeper/notes.txt", "no document"),
            (".hidden/secret.md", "not for readers"),
        ],
    );
    let report = import(&first, 4, &["markdown", &folder]);
    assert_eq!(report["articles"]["created"], 2, "{report}");
    assert_eq!(count(&report, "left", "not_markdown"), 1);
    assert_eq!(report["authors"], json!({"created": 0, "known": 1}), "the author of the other import: {report}");
    let ghost = first.file("ghost.json", &json!({"db": [{"meta": {}, "data": {
        "posts": [{"id": "1", "title": "From a ghost", "slug": "from-a-ghost", "status": "published", "html": "<p>Boo.</p>"},
                  {"id": "2", "title": " ", "status": "draft", "html": "<p>No title.</p>"}],
    }}]}).to_string());
    let report = import(&first, 4, &["ghost", &ghost]);
    assert_eq!((&report["articles"]["created"], &report["articles"]["refused"]), (&json!(1), &json!(1)), "{report}");
    let lines = export(&first);
    let file = first.file("all.ndjson", &lines);
    let second = Ground::new();
    let report = import(&second, 0, &["json", &file]);
    assert_eq!(report["articles"]["created"], 27, "{report}");
    assert_eq!(export(&second), lines);
}

fn written(ground: &Ground, files: &[(&str, &str)]) -> String {
    let folder = ground.data_dir().with_file_name("folder");
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder.display().to_string()
}

#[test]
fn a_dry_run_reads_everything_and_begins_no_database() {
    let ground = Ground::new();
    for arguments in [["wordpress", WORDPRESS], ["json", WHOLE]] {
        let code = if arguments[0] == "json" { 0 } else { 4 };
        let report = import(&ground, code, &[&arguments[..], &["--dry-run"]].concat());
        let expected = if code == 0 { 4 } else { 24 };
        assert_eq!(report["articles"]["would_import"], expected, "{report}");
        assert_eq!(report["dry_run"], true);
    }
    let people = ground.run(&["import", "wordpress", WORDPRESS, "--dry-run"]);
    people.with(4, &["24 would import, 1 refused", "media_not_imported (5)", "“[contact-form-7]”", "dropped"]);
    assert!(!ground.data_dir().exists());
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let ground = Ground::new();
    let xml = fs::read_to_string(WORDPRESS).unwrap();
    let half = ground.file("half.xml", xml.get(..xml.len() / 2).unwrap());
    let report = import(&ground, 4, &["wordpress", &half, "--dry-run"]);
    assert!(report["stopped"].as_str().unwrap().contains("byte"), "{report}");
    assert!(report["articles"]["would_import"].as_u64().unwrap() > 3, "{report}");
    let page = ground.file("page.html", "<p>no export");
    ground.run(&["import", "wordpress", &page, "--dry-run"]).with(1, &["page.html", "no export of a WordPress"]);
    ground.run(&["import", "ghost", &page, "--dry-run"]).with(1, &["page.html", "JSON"]);
    ground.run(&["import", "markdown", "no-such-folder", "--dry-run"]).with(1, &["no-such-folder", "cannot be read"]);
    ground.run(&["import", "json", &page, "--locale", "not a tag"]).with(2, &["no language tag"]);
    ground.run(&["export", "articles", "--format", "markdown"]).with(2, &["--out"]);
    assert!(Path::new(&page).exists() && !ground.data_dir().exists());
}

/// Ten thousand posts of five kilobytes: minutes, and no more memory than a few articles take.
#[test]
#[ignore = "takes minutes: cargo test --test program ten_thousand -- --ignored --nocapture"]
fn ten_thousand_posts_take_minutes_and_little_memory() {
    let ground = Ground::new();
    let file = ground.file("many.xml", "");
    write_posts(Path::new(&file), 10_000);
    let began = std::time::Instant::now();
    let mut running = Running::start(ground.command(&["import", "wordpress", &file, "--json"]));
    let mut peak = 0;
    while !running.has_ended() {
        peak = peak.max(running.peak_kilobytes());
        std::thread::sleep(Duration::from_millis(20));
    }
    let ended = running.ended();
    let took = began.elapsed();
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    println!("10,000 posts in {took:?}, {} MiB at most", peak / 1024);
    assert_eq!(report["articles"]["created"], 10_000, "{report}");
    assert!(took < Duration::from_mins(10) && peak < 200 * 1024, "{took:?}, {peak} kB");
}

fn write_posts(path: &Path, count: usize) {
    let mut out = BufWriter::new(fs::File::create(path).unwrap());
    write!(out, "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><link>https://many.example</link>").unwrap();
    let sentence = "Walk to the lamp at the end of the pier, rest there, and come back when the bell rings. ";
    for number in 1..=count {
        let paragraphs = (0..7)
            .map(|part| format!("<h2>Part {part} of {number}</h2>\n<p>{}<em>Slowly.</em></p>\n", sentence.repeat(8)))
            .collect::<Vec<_>>()
            .concat();
        write!(
            out,
            "<item><title>Walk number {number}</title><link>https://many.example/2023/walk-{number}/</link><dc:creator>mara</dc:creator>\
             <content:encoded><![CDATA[<!-- wp:html -->{paragraphs}<!-- /wp:html -->]]></content:encoded><wp:post_id>{number}</wp:post_id>\
             <wp:post_name>walk-{number}</wp:post_name><wp:post_type>post</wp:post_type><wp:status>publish</wp:status>\
             <wp:post_date_gmt>2023-05-04 09:30:00</wp:post_date_gmt>\
             <category domain=\"category\" nicename=\"c{}\">C{}</category><category domain=\"post_tag\" nicename=\"t{}\">T</category></item>",
            number % 20,
            number % 20,
            number % 100,
        )
        .unwrap();
    }
    write!(out, "</channel></rss>").unwrap();
    out.flush().unwrap();
}
