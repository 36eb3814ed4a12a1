//! `/v1/feeds/articles.*` and the sitemap: what readers and search engines follow. They name the clinic's site alone.

use serde_json::{Value, json};
use sqlx::Executor;

use crate::harness::{Api, EDITOR, Reply};

const FORMATS: [(&str, &str); 3] = [
    ("/v1/feeds/articles.rss", "application/rss+xml; charset=utf-8"),
    ("/v1/feeds/articles.atom", "application/atom+xml; charset=utf-8"),
    ("/v1/feeds/articles.json", "application/feed+json"),
];

fn ask(api: &Api, token: &str, method: &str, path: &str, body: &Value) -> Reply {
    let reply = api.call(method, path).bearer(token).header("If-Match", "*").json(body).send();
    assert!(reply.status < 300, "{}", reply.body);
    reply
}

fn channel(reply: &Reply) -> rss::Channel {
    rss::Channel::read_from(reply.bytes.as_slice()).unwrap()
}

/// An article with everything that could break a feed.
fn difficult() -> Value {
    json!({
        "title": "Salt \u{ffff}& <sugar> ]]>",
        "summary": "Less of \"both\" & more <water>",
        "body_markdown": "See [parking](/visit/parking#lot) and [below](#end).\n\n![A cup](/img/cup.png)\n\n## End\n\nA `</script>` & ]]>.",
        "cover": {"url": "https://clinic.example/cover.jpg?a=1&b=2", "alt": "A \"cup\" & a plate", "decorative": false},
    })
}

#[test]
fn a_feed_reader_gets_the_newest_articles_in_each_format() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    ask(&api, &token, "PATCH", "/v1/admin/clinic", &json!({"name": "Harbor & Lane", "tagline": "Care for <all>"}));
    ask(&api, &token, "POST", "/v1/admin/tags", &json!({"name": "Food & drink"}));
    api.publish(&token, &json!({"title": "Older", "body_markdown": "Text.", "tags": ["food-drink"]}));
    api.publish(&token, &difficult());

    let reply = api.get(FORMATS[0].0);
    let rss = channel(&reply);
    assert_eq!(
        (rss.title(), rss.link(), rss.description()),
        ("Harbor & Lane", "https://clinic.example/", "Care for <all>")
    );
    let titles: Vec<_> = rss.items().iter().map(|item| item.title().unwrap()).collect();
    assert_eq!(titles, ["Salt & <sugar> ]]>", "Older"], "the newest first, without what XML cannot hold");
    let item = &rss.items()[0];
    assert_eq!(item.link(), Some("https://clinic.example/articles/salt-sugar"));
    assert_eq!(item.description(), Some("Less of &quot;both&quot; &amp; more &lt;water&gt;"));
    let content = item.content().unwrap();
    for absolute in [
        "href=\"https://clinic.example/visit/parking#lot\"",
        "href=\"https://clinic.example/articles/salt-sugar#end\"",
        "src=\"https://clinic.example/img/cup.png\"",
        "src=\"https://clinic.example/cover.jpg?a=1&amp;b=2\" alt=\"A &quot;cup&quot; &amp; a plate\"",
    ] {
        assert!(content.contains(absolute), "{absolute}: {content}");
    }
    assert_eq!(rss.items()[1].categories()[0].name(), "Food & drink");
    assert_eq!(rss.items()[1].dublin_core_ext().unwrap().creators(), ["Test editor"]);

    let atom = atom_syndication::Feed::read_from(api.get(FORMATS[1].0).bytes.as_slice()).unwrap();
    assert_eq!(atom.entries()[0].title().as_str(), titles[0]);
    assert_eq!(atom.entries()[0].content().unwrap().value().map(str::trim_end), Some(content));
    assert_eq!(atom.entries()[0].id(), item.guid().unwrap().value());
    assert_eq!(atom.entries()[0].links()[0].href(), item.link().unwrap());

    let json = api.get(FORMATS[2].0).json();
    assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(json["items"][0]["content_html"].as_str().map(str::trim_end), Some(content), "the reader trims");
    assert_eq!(json["items"][1]["tags"], json!(["Food & drink"]));
    for (path, content_type) in FORMATS {
        let reply = api.get(path);
        assert_eq!(reply.header("content-type"), content_type);
        assert!(!reply.body.contains(&api.base), "{path} names the API");
        let same = api.call("GET", path).header("If-None-Match", reply.etag()).send();
        assert_eq!(same.status, 304, "{path}");
        assert_eq!(api.call("HEAD", path).send().etag(), reply.etag(), "{path}");
    }
}

#[test]
fn a_feed_is_narrowed_by_language_category_and_tag() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    ask(&api, &token, "POST", "/v1/admin/tags", &json!({"name": "Sleep"}));
    ask(&api, &token, "POST", "/v1/admin/categories", &json!({"name": "News"}));
    api.publish(&token, &json!({"title": "Night", "tags": ["sleep"]}));
    api.publish(&token, &json!({"title": "Opening", "category": "news"}));
    api.publish(&token, &json!({"title": "Noche", "locale": "es"}));
    for (query, expected) in [
        ("", vec!["Opening", "Night"]),
        ("?locale=es", vec!["Noche"]),
        ("?locale=fr", vec![]),
        ("?tag=sleep", vec!["Night"]),
        ("?tag=sleep,other&category=news", vec![]),
        ("?category=news", vec!["Opening"]),
        ("?limit=1", vec!["Opening"]),
    ] {
        let rss = channel(&api.get(&format!("/v1/feeds/articles.rss{query}")));
        let titles: Vec<_> = rss.items().iter().map(|item| item.title().unwrap()).collect();
        assert_eq!(titles, expected, "{query}");
    }
    assert_eq!(channel(&api.get("/v1/feeds/articles.rss?locale=es")).language(), Some("es"));
    for query in ["limit=0", "limit=101", "cursor=x", "tag=A"] {
        api.get(&format!("/v1/feeds/articles.atom?{query}")).problem(400, "invalid_parameters");
    }
}

#[test]
fn what_has_to_be_disclosed_stands_in_the_feed_too() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    api.publish(&token, &json!({"title": "A treatment", "body_markdown": "Text."}));
    api.as_owner(async |owner| {
        let disclose = "insert into cms.disclosure (id, slug, name, kind, texts)
                        values ('01900000-0000-7000-8000-0000000000dd', 'risk', 'Risk', 'risk', '{\"en\": \"May cause <harm>.\"}');
                        insert into cms.revision_disclosure select id, '01900000-0000-7000-8000-0000000000dd' from cms.revision;";
        owner.execute(disclose).await.unwrap();
    });
    let rss = channel(&api.get("/v1/feeds/articles.rss"));
    assert!(rss.items()[0].content().unwrap().contains("May cause &lt;harm&gt;."), "{rss:?}");
}

#[test]
fn without_the_address_of_a_site_there_is_no_feed_and_no_sitemap() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    api.publish(&token, &json!({"title": "Parking"}));
    // The settings of the tests name a site, which the clinic's own record comes before.
    ask(&api, &token, "PATCH", "/v1/admin/clinic", &json!({"site_url": "https://harbor.example/site/"}));
    for path in ["/v1/feeds/articles.rss", "/v1/feeds/articles.atom", "/v1/feeds/articles.json", "/sitemap.xml"] {
        let body = api.get(path).body;
        assert!(body.contains("https://harbor.example/site/articles/parking"), "{path}: {body}");
        assert!(!body.contains("https://clinic.example"), "{path}: {body}");
    }
    let bare = Api::start_without_a_site();
    for path in [
        "/v1/feeds/articles.rss",
        "/v1/feeds/articles.atom",
        "/v1/feeds/articles.json",
        "/sitemap.xml",
        "/sitemap-1.xml",
    ] {
        bare.get(path).problem(404, "no_site_url");
    }
    let token = bare.sign_in(EDITOR);
    bare.publish(&token, &json!({"title": "Parking"}));
    bare.get("/v1/articles/parking/jsonld").problem(404, "no_site_url");
    bare.get("/v1/articles/other/jsonld").problem(404, "not_found");
    assert_eq!(bare.get("/v1/changes").json()["data"][0]["article"]["seo"]["canonical_url"], json!(null));
}

#[test]
fn the_sitemap_names_the_pages_that_search_engines_may_show() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let english = api.publish(&token, &json!({"title": "Flu shots", "body_markdown": "Text."}));
    api.publish(
        &token,
        &json!({"title": "Vacunas", "locale": "es", "body_markdown": "Texto.", "translation_of": english["id"]}),
    );
    api.publish(&token, &json!({"title": "Hidden", "seo": {"noindex": true}}));
    api.publish(&token, &json!({"title": "Elsewhere", "seo": {"canonical_url": "https://other.example/original"}}));
    let reply = api.get("/sitemap.xml");
    assert_eq!(reply.header("content-type"), "application/xml");
    let day = api.get("/v1/articles/flu-shots").json()["data"]["updated_at"].as_str().unwrap()[..19].to_owned();
    let links = "<xhtml:link rel=\"alternate\" hreflang=\"en\" href=\"https://clinic.example/articles/flu-shots\"/>\
                 <xhtml:link rel=\"alternate\" hreflang=\"es\" href=\"https://clinic.example/es/articles/vacunas\"/>\
                 <xhtml:link rel=\"alternate\" hreflang=\"x-default\" href=\"https://clinic.example/articles/flu-shots\"/>";
    let english =
        format!("<url><loc>https://clinic.example/articles/flu-shots</loc><lastmod>{day}Z</lastmod>{links}</url>");
    assert!(reply.body.contains(&english), "{}", reply.body);
    assert!(reply.body.contains("<url><loc>https://clinic.example/es/articles/vacunas</loc>"), "{}", reply.body);
    assert_eq!(reply.body.matches("<loc>").count(), 3, "with the first page of the site: {}", reply.body);
    assert!(!reply.body.contains("hidden") && !reply.body.contains("elsewhere") && !reply.body.contains(&api.base));
    assert_eq!(api.get("/sitemap-1.xml").body, reply.body);
    for unknown in
        ["/sitemap-0.xml", "/sitemap-2.xml", "/sitemap-x.xml", "/sitemap--1.xml", "/sitemap-99999999999999999999.xml"]
    {
        api.get(unknown).problem(404, "not_found");
    }
}

#[test]
fn a_large_sitemap_is_cut_into_parts() {
    let api = Api::start();
    api.as_owner(async |owner| {
        // Written past the program, since 10,001 publications one after the other take minutes.
        let many = "insert into cms.article (id, group_id)
             select id, id from (select ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid as id from generate_series(1, 10001) n) x;
             insert into cms.revision (id, article_id, number, kind, locale, slug, title, body_markdown, body_html, body_text,
                                       headings, excerpt, reading_minutes, warnings, seo, content_hash)
             select gen_random_uuid(), a.id, 1, 'general', 'en', 'n-' || right(a.id::text, 5), 'N', '', '', '', '[]', '', 1, '[]',
                    '{\"title\": null, \"description\": null, \"canonical_url\": null, \"image\": null, \"noindex\": false}', sha256(''::bytea)
               from cms.article a;
             alter table cms.publication drop constraint publication_slug_free, drop constraint publication_path_free,
               drop constraint publication_one_per_locale, drop constraint publication_one_at_a_time;
             insert into cms.publication (id, article_id, revision_id, group_id, locale, slug, path, visible, published_at,
                                          title, search)
             select gen_random_uuid(), r.article_id, r.id, r.article_id, 'en', r.slug, '/articles/' || r.slug,
                    tstzrange('2026-01-01T00:00:00Z', null), '2026-01-01T00:00:00Z', r.title, '' from cms.revision r;";
        owner.execute(many).await.unwrap();
    });
    let index = api.get("/sitemap.xml").body;
    let expected = "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\
        <sitemap><loc>https://clinic.example/sitemap-1.xml</loc><lastmod>2026-01-01T00:00:00Z</lastmod></sitemap>\
        <sitemap><loc>https://clinic.example/sitemap-2.xml</loc><lastmod>2026-01-01T00:00:00Z</lastmod></sitemap></sitemapindex>";
    assert!(index.ends_with(expected), "{index}");
    assert_eq!(api.get("/sitemap-1.xml").body.matches("<url>").count(), 10_001, "10,000 articles and the first page");
    let last = api.get("/sitemap-2.xml").body;
    assert_eq!(last.matches("<url>").count(), 1, "{last}");
    api.get("/sitemap-3.xml").problem(404, "not_found");
}
