//! A plain HTML form in a real browser: it posts, is led to the page that the settings allow, and a machine that fills
//! every field sees the same and is kept apart.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    process::Command,
    thread,
};

use nix::sys::signal::Signal;

use crate::program::{Ground, Running};

/// The site of a clinic: a page with a form that sends itself, and the page behind it.
struct Site {
    origin: String,
}

impl Site {
    /// Serves until the test ends.
    fn open() -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        (Self { origin: format!("http://{}", listener.local_addr().unwrap()) }, listener)
    }

    /// `listener` answers `/thanks` with thanks, and everything else with the form.
    fn serve(&self, listener: TcpListener, api: &str) {
        let form = |honeypot: &str| {
            format!(
                "<!doctype html><title>Write to us</title><form method=post action='{api}/v1/inquiries'>\
                 <input name=full_name value='Dana Fuller'><input name=email value='dana@mail.example'>\
                 <textarea name=message>Do you have time on Friday?</textarea>\
                 <input name=_website value='{honeypot}'><input type=hidden name=_next value='{}/thanks'></form>\
                 <script>document.forms[0].submit()</script>",
                self.origin
            )
        };
        let (person, machine) = (form(""), form("https://spam.example"));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut line = String::new();
                let _ = BufReader::new(&stream).read_line(&mut line);
                let page = match line.split(' ').nth(1).unwrap_or_default() {
                    "/thanks" => "<!doctype html><title>Thanks</title><h1>We will write to you</h1>",
                    "/machine" => &machine,
                    _ => &person,
                };
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: ";
                let _ = write!(stream, "{head}{}\r\n\r\n{page}", page.len());
            }
        });
    }
}

/// What stands in the window when the browser has come to rest.
fn seen(ground: &Ground, address: &str) -> String {
    let profile = ground.file("profile", "").replace("profile", "chromium");
    let mut browser = Command::new("chromium");
    browser
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args([&format!("--user-data-dir={profile}"), "--virtual-time-budget=10000", "--dump-dom", address]);
    Running::start(browser).ended().with(0, &[]).stdout
}

#[test]
#[ignore = "takes Chromium: cargo test --test program browser -- --ignored"]
fn a_plain_form_in_a_browser_leads_to_the_allowed_page_and_a_machine_sees_the_same() {
    let ground = Ground::new();
    let (site, listener) = Site::open();
    let service = ground.serve(&["--demo", "--form-redirect-origins", &site.origin]);
    site.serve(listener, &service.base);
    let person = seen(&ground, &format!("{}/person", site.origin));
    assert!(person.contains("We will write to you"), "{person}");
    let machine = seen(&ground, &format!("{}/machine", site.origin));
    assert_eq!(machine, person);

    let desk = service.signed_in(&service.owner());
    let inquiries = |query: &str| desk.get(&format!("/v1/admin/inquiries?{query}")).good()["data"].clone();
    let (kept, spam) = (inquiries("status=new"), inquiries("spam=true"));
    assert_eq!(kept.as_array().unwrap().iter().filter(|one| one["name"] == "Dana Fuller").count(), 1, "{kept}");
    assert_eq!(spam.as_array().unwrap().iter().filter(|one| one["name"] == "Dana Fuller").count(), 1, "{spam}");
    let id = spam[0]["id"].as_str().unwrap();
    let detail = desk.get(&format!("/v1/admin/inquiries/{id}")).good()["data"].clone();
    assert_eq!(detail["spam_reasons"], serde_json::json!(["honeypot"]));
    service.stop(Signal::SIGINT).with(0, &[]);
}
