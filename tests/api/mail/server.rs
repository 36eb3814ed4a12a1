//! A mail server of the tests' own on loopback: it speaks just enough SMTP (RFC 5321) and keeps what it was handed.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// What the server was told and handed.
#[derive(Default)]
struct Heard {
    /// What it answers at the end of each letter; 250 once they are used up.
    answers: VecDeque<&'static str>,
    /// Letters that it was handed, refused ones included.
    offered: Vec<String>,
    /// Letters that it took.
    taken: Vec<String>,
}

/// A running server. Ends with the process.
pub struct MailServer {
    pub url: String,
    heard: Arc<Mutex<Heard>>,
}

impl MailServer {
    /// Takes every letter.
    pub fn start() -> Self {
        Self::answering(&[])
    }

    /// Answers the first letters so, and takes every one after them.
    pub fn answering(answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Heard { answers: answers.iter().copied().collect(), ..Heard::default() }));
        let ears = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let ears = Arc::clone(&ears);
                std::thread::spawn(move || converse(&stream, &ears));
            }
        });
        Self { url, heard }
    }

    /// The letters that it took, as they travelled.
    pub fn taken(&self) -> Vec<String> {
        self.heard.lock().unwrap().taken.clone()
    }

    /// The letters that it was handed, refused ones included.
    pub fn offered(&self) -> Vec<String> {
        self.heard.lock().unwrap().offered.clone()
    }
}

fn converse(mut stream: &TcpStream, heard: &Mutex<Heard>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let mut say = |answer: &str| stream.write_all(format!("{answer}\r\n").as_bytes()).ok();
    say("220 tests")?;
    let mut envelope = String::new();
    loop {
        let line = lines.next()?.ok()?;
        match line.split([' ', ':']).next().unwrap_or_default() {
            "DATA" => {
                say("354 go on")?;
                let body: Vec<String> = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").collect();
                let letter = format!("{envelope}\n{}", body.join("\n"));
                say(&file(&mut heard.lock().unwrap(), letter))?;
            }
            "QUIT" => return say("221 bye"),
            "EHLO" => say("250 tests")?,
            _ => {
                envelope.push_str(&line);
                say("250 go on")?;
            }
        }
    }
}

fn file(heard: &mut Heard, letter: String) -> String {
    let answer = heard.answers.pop_front().unwrap_or("250 taken");
    heard.offered.push(letter.clone());
    if answer.starts_with('2') {
        heard.taken.push(letter);
    }
    answer.to_owned()
}
