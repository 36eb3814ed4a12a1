//! `GET /v1/articles?q=` and `/v1/articles/suggestions`: what patients find, and what they never do.

use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::harness::{Api, EDITOR, Reply};

struct Library {
    api: Api,
    token: String,
}

impl Library {
    fn open() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        Self { api, token }
    }

    fn publish(&self, title: &str, body: &str) -> Value {
        self.api.publish(&self.token, &json!({"title": title, "body_markdown": body}))
    }

    fn publish_in(&self, locale: &str, title: &str, body: &str) {
        self.api.publish(&self.token, &json!({"title": title, "body_markdown": body, "locale": locale}));
    }

    fn draft(&self, article: &Value) -> (String, String) {
        let created = self.api.call("POST", "/v1/admin/articles").bearer(&self.token).json(article).send();
        assert_eq!(created.status, 201, "{}", created.body);
        (format!("/v1/admin/articles/{}", created.json()["data"]["id"].as_str().unwrap()), created.etag())
    }

    fn plan(&self, article: &Value) {
        let (path, etag) = self.draft(article);
        let planned = self.api.call("PUT", &format!("{path}/publication")).bearer(&self.token).header("If-Match", etag);
        let planned = planned.json(&json!({"publish_at": "2199-01-01T00:00:00Z"})).send();
        assert_eq!(planned.status, 200, "{}", planned.body);
    }

    fn withdraw(&self, article: &Value) {
        let path = format!("/v1/admin/articles/{}/publication", article["id"].as_str().unwrap());
        let gone = self.api.call("DELETE", &path).bearer(&self.token).header("If-Match", "*").send();
        assert_eq!(gone.status, 200, "{}", gone.body);
    }

    fn search(&self, q: &str, more: &str) -> Reply {
        let reply = self.api.get(&format!("/v1/articles?q={}{more}", encoded(q)));
        assert_eq!(reply.status, 200, "{q}: {}", reply.body);
        reply
    }

    /// Titles of what is found, in order.
    fn found(&self, q: &str, more: &str) -> Vec<String> {
        titles(&self.search(q, more).json(), "title")
    }

    fn snippet(&self, q: &str) -> String {
        self.search(q, "").json()["data"][0]["snippet"].as_str().unwrap().to_owned()
    }

    fn suggestions(&self, q: &str, more: &str) -> Vec<String> {
        let reply = self.api.get(&format!("/v1/articles/suggestions?q={}{more}", encoded(q)));
        assert_eq!(reply.status, 200, "{q}: {}", reply.body);
        titles(&reply.json(), "name")
    }
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

fn titles(reply: &Value, name: &str) -> Vec<String> {
    reply["data"].as_array().unwrap().iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_word_counts_most_in_the_title_then_in_summary_and_headings_then_in_questions_then_in_the_text() {
    let library = Library::open();
    library.publish("Getting here", "Parking is behind the house. Ask for insulin at the desk.");
    let question = json!([{"question": "Do you store insulin?", "answer": "Yes."}]);
    library.api.publish(&library.token, &json!({"title": "Questions", "body_markdown": "Answers.", "faqs": question}));
    library.publish("Storing medicines", "## Insulin\n\nKeep it cool.");
    library.publish("Insulin", "Keep it cool.");
    library.publish("Knee pain", "Rest it.");
    assert_eq!(library.found("insulin", ""), ["Insulin", "Storing medicines", "Questions", "Getting here"]);
    assert_eq!(library.found("insulin", "&sort=title"), ["Getting here", "Insulin", "Questions", "Storing medicines"]);
    assert_eq!(library.found("insulin", "&sort=published_at").first().unwrap(), "Getting here");
    assert_eq!(library.found("insulin", "&sort=relevance").first().unwrap(), "Insulin");
    let plain = library.api.get("/v1/articles").json();
    assert!(
        plain["data"].as_array().unwrap().iter().all(|item| item["snippet"].is_null()),
        "no snippet outside a search"
    );
    assert!(plain["meta"]["corrected"].is_null());
}

#[test]
fn accents_and_endings_make_no_difference_in_the_language_of_the_clinic_or_of_the_article() {
    let library = Library::open();
    library.publish("Allergies in spring", "Sneezing and running noses.");
    for q in ["allergy", "ALLERGIES", "sneeze", "run nose", "Spring"] {
        assert_eq!(library.found(q, ""), ["Allergies in spring"], "{q}");
    }
    library.publish_in("es", "La vacunación", "Cuide su corazón.");
    library.publish_in("es", "Vacunaciones del niño", "Todo el año.");
    for q in ["vacunacion", "vacunación", "vacunaciones", "VACUNACIÓN"] {
        assert_eq!(library.found(q, "&locale=es").len(), 2, "{q}");
    }
    assert_eq!(library.found("corazon", "&locale=es"), ["La vacunación"]);
    assert_eq!(library.found("corazones", "&locale=es"), ["La vacunación"]);
    assert!(library.snippet_in("corazones", "es").contains("<mark>corazón</mark>"));
    assert!(library.found("corazon", "").is_empty(), "another language is another search");
    library.publish_in("de", "Ärzte", "Die Grippeschutzimpfung für alle.");
    assert_eq!(library.found("arzt", "&locale=de"), ["Ärzte"]);
    library.publish_in("vi", "Tiêm chủng", "Cho trẻ em.");
    assert_eq!(library.found("tiem", "&locale=vi"), ["Tiêm chủng"]);
}

#[test]
fn words_phrases_alternatives_and_exclusions_are_understood() {
    let library = Library::open();
    library.publish("Cold hands", "Your hands are cold and the heart is fine.");
    library.publish("Heart failure", "When the heart fails, rest.");
    library.publish("Failure of a lamp", "Our lamp failed. The heart of the house is dark.");
    assert_eq!(library.found("heart failure", "").len(), 2);
    assert_eq!(library.found("\"heart failure\"", ""), ["Heart failure"]);
    assert_eq!(library.found("heart -lamp -cold", ""), ["Heart failure"]);
    assert_eq!(library.found("heart -\"cold hands\"", "").len(), 2);
    let either = library.found("lamp or hands", "&sort=title");
    assert_eq!(either, ["Cold hands", "Failure of a lamp"]);
    assert_eq!(library.found("lamp OR \"cold hands\"", "").len(), 2);
    library.publish("Tests", "HIV/AIDS, covid-19 and a follow-up.");
    for q in ["aids", "covid 19", "covid-19", "COVID19 or covid-19", "hiv/aids", "follow up", "\"follow-up\""] {
        assert_eq!(library.found(q, ""), ["Tests"], "{q}");
    }
    assert!(library.snippet("aids").contains("HIV/<mark>AIDS</mark>, covid-19"), "{}", library.snippet("aids"));
}

#[test]
fn the_last_word_may_be_unfinished_and_a_mistyped_one_is_put_right_and_told() {
    let library = Library::open();
    library.publish("Living with diabetes", "Measure every morning.");
    library.publish("Asthma", "Breathe calmly during vaccination.");
    for q in ["diab", "living dia", "diabetes mea"] {
        assert_eq!(library.found(q, ""), ["Living with diabetes"], "{q}");
    }
    assert!(library.found("diab measure", "").is_empty() || library.corrected("diab measure").is_some());
    assert_eq!(library.corrected("diabetes"), None);
    for (typed, read) in [
        ("diabtes", "diabetes"),
        ("diabetis morning", "diabetes morning"),
        ("ashtma", "asthma"),
        ("astma -flu", "asthma -flu"),
        ("breathe vaccinat", "breathe vaccination"),
    ] {
        assert_eq!(library.found(typed, "").len(), 1, "{typed}");
        assert_eq!(library.corrected(typed).as_deref(), Some(read), "{typed}");
    }
    assert_eq!(library.corrected("\"diabtes\""), None, "what stands in quotes is meant so");
    assert_eq!(library.corrected("xylophone"), None, "nothing is near");
    assert!(library.found("xylophone", "").is_empty());
}

#[test]
fn what_is_shown_around_a_hit_is_marked_and_cannot_be_anything_but_text() {
    let library = Library::open();
    library.publish("Salt & <b>water</b>", "If x < 3 & y > 2, drink \"water\".\n\n    <script>alert('water')</script>");
    let snippet = library.snippet("water");
    assert!(snippet.contains("<mark>water</mark>"), "{snippet}");
    let text = snippet.replace("<mark>", "").replace("</mark>", "");
    assert!(!text.contains(['<', '>', '"', '\'']), "{snippet}");
    assert!(text.contains("&lt; 3 &amp; y &gt; 2"), "{snippet}");
    library.publish("Sunscreen", "Stay in the shade.");
    assert!(library.snippet("sunscreen").contains("<mark>Sunscreen</mark>"), "a hit in the title alone");
    let long = format!("{} The \u{e000}quokka\u{e001} hides here. {}", "before ".repeat(3000), "after ".repeat(3000));
    library.publish("Long", &long);
    let snippet = library.snippet("quokka");
    assert!(snippet.contains("The <mark>quokka</mark> hides"), "{snippet}");
    assert!(snippet.chars().count() < 500);
}

#[test]
fn filters_narrow_a_search_and_treatments_are_one_of_them() {
    let library = Library::open();
    library.api.as_owner(async |owner| {
        let service = "insert into cms.service (id, slug, name) values ('01900000-0000-7000-8000-0000000000aa', 'flu-shots', 'Flu shots')";
        sqlx::query(service).execute(owner).await.unwrap();
    });
    for (path, body) in [
        ("categories", json!({"name": "News"})),
        ("tags", json!({"name": "Winter"})),
        ("conditions", json!({"name": "Influenza"})),
    ] {
        let made = library.api.call("POST", &format!("/v1/admin/{path}")).bearer(&library.token).json(&body).send();
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let filed = json!({"title": "Flu season", "body_markdown": "Come early.", "category": "news", "tags": ["winter"],
        "conditions": ["influenza"], "services": ["flu-shots"]});
    library.api.publish(&library.token, &filed);
    library.publish("Flu at work", "Stay home.");
    let both = ["", "&published_before=2200-01-01", "&author=test-editor", "&updated_after=2020-01-01"];
    let one = [
        "&category=news",
        "&tag=winter,none-such",
        "&condition=influenza",
        "&service=flu-shots",
        "&service=01900000-0000-7000-8000-0000000000aa&tag=winter",
    ];
    let none =
        ["&category=none-such", "&service=none-such", "&tag=winter&author=nobody", "&published_before=2020-01-01"];
    for (wanted, filters) in [(2, both.as_slice()), (1, &one), (0, &none)] {
        for filter in filters {
            for base in ["q=flu", "sort=title"] {
                let reply = library.api.get(&format!("/v1/articles?{base}{filter}"));
                assert_eq!(reply.json()["meta"]["total"], wanted, "{base}{filter}: {}", reply.body);
            }
        }
    }
    assert_eq!(library.found("influenza", ""), ["Flu season"], "found by what it is filed under");
    assert!(library.snippet("influenza").contains("<mark>Influenza</mark>"));
    assert_eq!(library.suggestions("inf", ""), ["Influenza"]);
    assert_eq!(library.suggestions("flu", ""), ["Flu shots", "Flu at work", "Flu season"]);
}

#[test]
fn both_ways_through_what_was_found_meet_every_article_once() {
    let library = Library::open();
    for index in 0..7 {
        let body = format!("Tea. {}", "More tea. ".repeat(index % 3));
        library.publish(&format!("Cup {index}"), &body);
    }
    for sort in ["", "&sort=relevance", "&sort=title", "&sort=-updated_at", "&sort=published_at", "&sort=-published_at"]
    {
        let whole = library.found("tea", sort);
        assert_eq!(whole.len(), 7);
        let by_page: Vec<_> =
            (1..=4).flat_map(|page| library.found("tea", &format!("{sort}&limit=2&page={page}"))).collect();
        assert_eq!(by_page, whole, "{sort}");
        let (mut by_cursor, mut cursor) = (Vec::new(), String::new());
        loop {
            let reply = library.search("tea", &format!("{sort}&limit=2{cursor}")).json();
            by_cursor.extend(titles(&reply, "title"));
            let Some(next) = reply["meta"]["next_cursor"].as_str() else { break };
            assert!(reply["links"]["next"].as_str().unwrap().contains("q=tea"));
            cursor = format!("&cursor={next}");
        }
        assert_eq!(by_cursor, whole, "{sort}");
    }
    let cursor = library.search("tea", "&limit=2").json()["meta"]["next_cursor"].as_str().unwrap().to_owned();
    let other = library.api.get(&format!("/v1/articles?q=cup&limit=2&cursor={cursor}"));
    other.problem(400, "invalid_parameters");
}

#[test]
fn no_word_of_what_is_not_visible_can_be_found_completed_or_guessed() {
    let library = Library::open();
    library.publish("Quartz lamps", "A quiet light.");
    let ask = |library: &Library| -> Vec<String> {
        let mut answers = Vec::new();
        for word in
            ["zymurgist", "zymurgis", "zymurgsit", "zymurgits", "quartz", "quiet -zymurgist", "light or zymurgist"]
        {
            for more in ["", "&sort=title", "&limit=1", "&tag=zymurgist", "&sort=-updated_at"] {
                let reply = library.search(word, more);
                answers.push(format!("{} {} {}", reply.etag(), reply.header("cache-tag"), reply.body));
            }
            let reply = library.api.get(&format!("/v1/articles/suggestions?q={}", encoded(word)));
            answers.push(format!("{} {}", reply.etag(), reply.body));
        }
        for answer in &mut answers {
            *answer = answer.replace(&library.api.base, "");
        }
        answers
    };
    let before = ask(&library);
    let tag =
        library.api.call("POST", "/v1/admin/tags").bearer(&library.token).json(&json!({"name": "Zymurgist"})).send();
    assert_eq!(tag.status, 201, "{}", tag.body);
    let secret =
        |title: &str| json!({"title": title, "body_markdown": "zymurgist quarzt quietly", "tags": ["zymurgist"]});
    library.draft(&secret("Zymurgist one"));
    assert_eq!(ask(&library), before, "a draft");
    library.plan(&secret("Zymurgist two"));
    // The horizon of a planned publication bounds how long an answer is cached, and nothing else.
    assert_eq!(ask(&library), before, "a planned article");
    let gone = library.api.publish(&library.token, &secret("Zymurgist three"));
    assert_ne!(ask(&library), before, "visible, it is found");
    assert_eq!(library.corrected("zymurgits").as_deref(), Some("zymurgist"));
    assert_eq!(library.suggestions("zymu", ""), ["Zymurgist", "Zymurgist three"]);
    library.withdraw(&gone);
    assert_eq!(ask(&library), before, "a withdrawn article");
}

#[test]
fn a_purged_article_leaves_no_word_behind() {
    let library = Library::open();
    library.publish("Quartz lamps", "A quiet light.");
    let words = "select count(*) from cms.search_word";
    let before = library.api.number(words);
    library.publish("Zymurgist", "A quiet zymurgist and his ferments.");
    assert!(library.api.number(words) > before);
    library.api.as_owner(async |owner| {
        let purge =
            "delete from cms.article where id in (select article_id from cms.publication where title = 'Zymurgist')";
        sqlx::query(purge).execute(owner).await.unwrap();
    });
    assert_eq!(library.api.number(words), before);
}

#[test]
fn nothing_that_can_be_typed_breaks_the_search() {
    let library = Library::open();
    library.publish("Plain", "Words and more words.");
    let long = "word ".repeat(40);
    let hundred = "\"".repeat(100);
    let letters = "a b c d e f g h i j k l m n o p q r s t u v w x y z ".repeat(3);
    let empty = [
        "the",
        "and of the",
        "&|!",
        ":*",
        "-word",
        "-\"word\"",
        "()",
        "<->",
        "!",
        "'",
        "''",
        "\\",
        "\"\"",
        hundred.as_str(),
        "\u{1f600}",
        "\u{202e}",
        "%",
        "_",
        "%%%",
        "*",
        "#",
        "or",
        "or or or",
        " ",
        "- - -",
        "\u{e000}",
        "--",
        "…",
    ];
    for q in empty {
        let reply = library.search(q, "").json();
        assert_eq!((reply["meta"]["total"].as_i64(), reply["data"].as_array().unwrap().len()), (Some(0), 0), "{q}");
        assert!(library.suggestions(q, "").is_empty() || q == "the" || q.contains("or"), "{q}");
    }
    let any = [
        long.trim(),
        &letters[..150],
        "word:*",
        "word & | !",
        "word'); drop table cms.article; --",
        "word <-> more",
        "(word",
        "word)",
        "\"word",
        "word\"",
        "word or",
        "or word",
        "-",
        "wo*",
        "w\u{1f600}rd",
        "\u{1f600} word",
        "ａｂｃ",
        "word\u{ad}s",
        "100%",
        "a@b.example",
        "https://clinic.example/a?b=c",
        "1e400",
        "ﷺ",
        "\u{0301}\u{0301}",
        "'\\'word",
        "E'\\x00'",
        "$1",
        "{word}",
        "word\r\n",
        "0190-0000",
        "#01900000-0000-7000-8000-000000000001",
        "'#' | word",
    ];
    for q in any {
        for more in ["", "&sort=title", "&locale=es", "&locale=zh-Hant"] {
            library.search(q, more);
            library.suggestions(q, if more == "&sort=title" { "" } else { more });
        }
    }
    for refused in [
        "q=",
        "q=%00",
        "q=a%00b",
        "q=%FF",
        "q=a&q=b",
        &format!("q={}", "x".repeat(201)),
        "sort=relevance",
        "q=a&sort=rank",
        "q=a&fallback=default",
    ] {
        library.api.get(&format!("/v1/articles?{refused}")).problem(400, "invalid_parameters");
    }
    for refused in ["", "q=", "q=%00", "q=a&limit=3", "q=a&sort=title", "locale=en"] {
        library.api.get(&format!("/v1/articles/suggestions?{refused}")).problem(400, "invalid_parameters");
    }
    library.search(&"é".repeat(200), "");
}

#[test]
fn a_very_long_article_is_published_and_found() {
    let library = Library::open();
    let word = |mut number: usize| {
        let mut word = String::new();
        for _ in 0..4 {
            word.push(char::from(b'a' + u8::try_from(number % 26).unwrap()));
            number /= 26;
        }
        word
    };
    let body: Vec<String> = (0..50_000).map(|number| word(number * 7 + 11)).collect();
    library.publish("Everything", &format!("quokka {}", body.join(" ")));
    assert_eq!(library.found("quokka", ""), ["Everything"]);
    assert_eq!(library.found("everything", ""), ["Everything"]);
}

#[test]
fn completions_follow_what_is_typed_and_may_be_kept_for_a_while() {
    let library = Library::open();
    library.publish("Living with diabetes", "Measure.");
    library.publish("Diabetes in children", "Measure diabolo.");
    library.publish_in("es", "Diabetes y usted", "Mida.");
    for q in ["di", "dia", "diab", "diabetes", "DIABETES"] {
        assert_eq!(library.suggestions(q, ""), ["Diabetes in children", "Living with diabetes"], "{q}");
    }
    assert_eq!(library.suggestions("living wi", ""), ["Living with diabetes"]);
    assert_eq!(library.suggestions("diabets", ""), ["Diabetes in children", "Living with diabetes"], "mistyped");
    assert_eq!(library.suggestions("dia", "&locale=es"), ["Diabetes y usted"]);
    assert!(library.suggestions("diabolo", "").is_empty() || library.suggestions("diabolo", "").len() == 2);
    assert!(library.suggestions("measure", "").is_empty(), "a word of the text is no title");
    let reply = library.api.get("/v1/articles/suggestions?q=dia");
    assert_eq!(reply.header("cache-control"), "public, max-age=60");
    let again = library.api.call("GET", "/v1/articles/suggestions?q=dia").header("If-None-Match", reply.etag()).send();
    assert_eq!(again.status, 304);
    let first = reply.json()["data"][0].clone();
    assert_eq!((&first["type"], &first["slug"]), (&json!("article"), &json!("diabetes-in-children")));
}

impl Library {
    fn corrected(&self, q: &str) -> Option<String> {
        self.search(q, "").json()["meta"]["corrected"].as_str().map(str::to_owned)
    }

    fn snippet_in(&self, q: &str, locale: &str) -> String {
        self.search(q, &format!("&locale={locale}")).json()["data"][0]["snippet"].as_str().unwrap().to_owned()
    }
}

#[test]
fn what_very_many_articles_say_is_walked_to_its_end_and_counted_up_to_a_thousand() {
    let library = Library::open();
    library.api.as_owner(async |owner| {
        // Written past the program, since so many publications one after the other take minutes.
        let many = "insert into cms.article (id, group_id)
             select id, id from (select ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid as id from generate_series(1, 1300) n) x;
             insert into cms.revision (id, article_id, number, kind, locale, slug, title, body_markdown, body_html, body_text,
                                       headings, excerpt, reading_minutes, warnings, seo, content_hash)
             select gen_random_uuid(), a.id, 1, 'general', 'en', 'n-' || right(a.id::text, 5), 'N', '', '',
                    repeat('kelp ', 1 + right(a.id::text, 1)::integer), '[]', '', 1, '[]',
                    '{\"title\": null, \"description\": null, \"canonical_url\": null, \"image\": null, \"noindex\": false}', sha256(''::bytea)
               from cms.article a;
             insert into cms.publication (id, article_id, revision_id, group_id, locale, slug, path, visible, published_at, title, search)
             select gen_random_uuid(), r.article_id, r.id, r.article_id, 'en', r.slug, '/articles/' || r.slug,
                    tstzrange(p.at, null), p.at, r.title, s.search || array_to_tsvector(array['@' || to_char(p.at at time zone 'UTC', 'YYYY-MM')])
               from cms.revision r join cms.revision_search s on s.revision_id = r.id
              cross join lateral (select now() - right(r.slug, 5)::integer * interval '2 hours' as at) p;";
        sqlx::raw_sql(many).execute(owner).await.unwrap();
    });
    for sort in ["", "&sort=published_at"] {
        let (mut seen, mut cursor) = (std::collections::BTreeSet::new(), String::new());
        loop {
            let reply = library.search("kelp", &format!("{sort}&limit=100{cursor}")).json();
            if cursor.is_empty() {
                assert_eq!((&reply["meta"]["total"], &reply["meta"]["total_exact"]), (&json!(1001), &json!(false)));
            }
            for slug in titles(&reply, "slug") {
                assert!(seen.insert(slug), "{sort}: met twice");
            }
            let Some(next) = reply["meta"]["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen.len(), 1300, "{sort}");
    }
    let deep = library.search("kelp", "&limit=100&page=13").json();
    assert_eq!(deep["data"].as_array().unwrap().len(), 100);
    assert!(deep["meta"]["next_cursor"].is_null());
}
