//! `/v1/articles/{slug}/jsonld`: an article as search engines read it.

use schemaorg_rs::{
    ProfileRegistry, extract_all,
    validation::{Severity, validate},
};
use serde_json::{Value, json};
use sqlx::Executor;

use crate::{
    harness::{Api, EDITOR},
    providers::add,
};

fn create(api: &Api, token: &str, path: &str, body: &Value) -> Value {
    let reply = api.call("POST", path).bearer(token).json(body).send();
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.json()["data"].clone()
}

/// An article with everything that the graph can say.
fn whole() -> Value {
    json!({
        "title": "Breathing: what to expect </script>", "summary": "Before, during and after.",
        "body_markdown": "## Before\n\nEat nothing.\n\n## After\n\nRest.",
        "category": "treatments", "tags": ["care"], "conditions": ["depression"],
        "cover": {"url": "https://clinic.example/room.jpg", "alt": "A quiet room", "width": 1200, "height": 800, "caption": "Room 2", "decorative": false},
        "faqs": [{"question": "Does it hurt?", "answer": "No."}],
        "references": [
            {"title": "A trial", "authors": ["A. Author"], "source": "Journal of Trials", "year": 2019, "doi": "10.1000/xyz", "pmid": "12345", "evidence_level": "Randomized trial"},
            {"title": "A page", "url": "https://source.example/page"},
        ],
    })
}

/// What only the database's owner can write as yet: codes, a tree of categories, a treatment and its disclosure.
async fn enrich(owner: &mut sqlx::PgConnection) {
    let more = r#"
        insert into cms.term (id, kind, slug, name) values ('01900000-0000-7000-8000-0000000000c0', 'category', 'health', 'Health');
        update cms.term set parent_id = '01900000-0000-7000-8000-0000000000c0' where slug = 'treatments';
        update cms.term set aliases = '{"Major depressive disorder"}', codes = '[{"system": "icd-10-cm", "code": "F32.9"}, {"system": "mesh", "code": "D003863"}]'
         where slug = 'depression';
        insert into cms.service (id, slug, name, aliases, contraindications, risks)
        values ('01900000-0000-7000-8000-0000000000a0', 'breathing', 'Guided breathing', '{"Breath training"}', '{"Uncontrolled hypertension"}', '{"Raised blood pressure"}');
        insert into cms.revision_service select id, '01900000-0000-7000-8000-0000000000a0', 0 from cms.revision;
        insert into cms.disclosure (id, slug, name, kind, texts)
        values ('01900000-0000-7000-8000-0000000000d0', 'off-label', 'Off label', 'off_label', '{"en": "Not approved for this use."}');
        insert into cms.revision_disclosure select id, '01900000-0000-7000-8000-0000000000d0' from cms.revision;"#;
    owner.execute(more).await.unwrap();
}

/// A sign-off of what is shown.
async fn sign(owner: &mut sqlx::PgConnection) {
    let sign = r#"
        insert into cms.signoff (id, article_id, revision_id, content_hash, reviewer_id, reviewer, signed_at, next_review_due)
        select '01900000-0000-7000-8000-0000000000b0', r.article_id, r.id, r.content_hash, '01900000-0000-7000-8000-000000000005',
               '{"id": "01900000-0000-7000-8000-0000000000e0", "slug": "ana-diaz", "name": "Ana Diaz", "type": "provider", "credentials": ["MD"], "provider": null}',
               clock_timestamp(), '2190-01-01'
          from cms.revision r order by r.number desc limit 1"#;
    owner.execute(sign).await.unwrap();
}

fn installation() -> (Api, String) {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let clinic = json!({"name": "Harbor Lane Clinic", "legal_name": "Harbor Lane, PLLC", "tagline": "Care for all"});
    let named = api.call("PATCH", "/v1/admin/clinic").bearer(&token).header("If-Match", "*").json(&clinic).send();
    assert_eq!(named.status, 200, "{}", named.body);
    create(&api, &token, "/v1/admin/categories", &json!({"name": "Treatments"}));
    create(&api, &token, "/v1/admin/tags", &json!({"name": "Care"}));
    create(&api, &token, "/v1/admin/conditions", &json!({"name": "Depression"}));
    (api, token)
}

fn node(document: &Value, kind: &str) -> Value {
    let nodes = document["@graph"].as_array().unwrap();
    nodes.iter().find(|node| node["@type"] == kind).unwrap_or_else(|| panic!("no {kind}: {document}")).clone()
}

const JSONLD: &str = "/v1/articles/breathing-what-to-expect-script/jsonld";

#[test]
fn a_search_engine_is_told_who_wrote_and_reviewed_and_what_an_article_is_about() {
    let (api, token) = installation();
    let article = api.publish(&token, &whole());
    api.as_owner(async |owner| {
        enrich(owner).await;
        sign(owner).await;
    });
    let reply = api.get(JSONLD);
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/ld+json"), "{}", reply.body);
    assert!(!reply.body.contains("</script>"), "it stands inside a script: {}", reply.body);
    assert!(!reply.body.contains(&api.base), "the site is named, and never the API: {}", reply.body);
    let document = reply.json();
    assert_eq!(document["@context"], "https://schema.org");
    let url = "https://clinic.example/articles/breathing-what-to-expect-script";
    let page = node(&document, "MedicalWebPage");
    assert_eq!((&page["url"], &page["inLanguage"]), (&json!(url), &json!("en")));
    assert_eq!(page["reviewedBy"]["@type"], "IndividualPhysician");
    assert_eq!(page["reviewedBy"]["name"], "Ana Diaz");
    assert_eq!(page["lastReviewed"].as_str().unwrap().len(), 10);
    let text = node(&document, "Article");
    assert_eq!(text["headline"], "Breathing: what to expect </script>");
    assert_eq!(text["author"]["name"], "Test editor");
    assert_eq!(text["version"], article["published_revision"]);
    assert_eq!(text["articleBody"], "Before\n\nEat nothing.\n\nAfter\n\nRest.");
    assert_eq!(text["image"]["@type"], "ImageObject");
    assert_eq!(text["hasPart"][1]["@id"], format!("{url}#after"));
    assert_eq!(
        text["about"],
        json!([
            {"@type": "MedicalCondition", "name": "Depression", "alternateName": ["Major depressive disorder"], "code": [
                {"@type": "MedicalCode", "codeValue": "F32.9", "codingSystem": "ICD-10-CM"},
                {"@type": "MedicalCode", "codeValue": "D003863", "codingSystem": "MeSH"}]},
            {"@type": "MedicalTherapy", "name": "Guided breathing", "alternateName": ["Breath training"],
             "contraindication": ["Uncontrolled hypertension"],
             "seriousAdverseOutcome": [{"@type": "MedicalEntity", "name": "Raised blood pressure"}]},
        ])
    );
    assert_eq!(text["usageInfo"][0]["text"], "Not approved for this use.");
    assert_eq!(text["citation"][0]["@type"], "MedicalScholarlyArticle");
    assert_eq!(
        text["citation"][0]["sameAs"],
        json!(["https://doi.org/10.1000/xyz", "https://pubmed.ncbi.nlm.nih.gov/12345/"])
    );
    assert_eq!(text["citation"][1]["@type"], "ScholarlyArticle");
    let steps = node(&document, "BreadcrumbList")["itemListElement"].clone();
    let names: Vec<_> = steps.as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Harbor Lane Clinic", "Health", "Treatments", "Breathing: what to expect </script>"]);
    assert_eq!(node(&document, "FAQPage")["mainEntity"][0]["acceptedAnswer"]["text"], "No.");
    assert_eq!(node(&document, "MedicalOrganization")["legalName"], "Harbor Lane, PLLC");
    assert!(!reply.body.contains("null"), "what is unknown is left out: {}", reply.body);
}

#[test]
fn a_review_is_claimed_for_what_was_signed_off_and_for_nothing_else() {
    let (api, token) = installation();
    let article = api.publish(&token, &whole());
    let reviewed = || {
        let page = node(&api.get(JSONLD).json(), "MedicalWebPage");
        page.get("reviewedBy").is_some() || page.get("lastReviewed").is_some()
    };
    assert!(!reviewed(), "nobody has looked at it");
    api.as_owner(async |owner| sign(owner).await);
    assert!(reviewed());
    let path = format!("/v1/admin/articles/{}", article["id"].as_str().unwrap());
    let change = |method: &str, path: &str, body: &Value| {
        let reply = api.call(method, path).bearer(&token).header("If-Match", "*").json(body).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
    };
    change("PATCH", &path, &json!({"body_markdown": "Another text."}));
    assert!(reviewed(), "what is shown is still what was signed");
    change("PUT", &format!("{path}/publication"), &json!({}));
    assert!(!reviewed(), "another text has another hash");
    api.as_owner(async |owner| {
        owner.execute("update cms.signoff set revoked_at = now(), revoked_by = reviewer_id").await.unwrap();
    });
    change("PUT", &format!("{path}/publication"), &json!({"revision": 1}));
    assert!(!reviewed(), "a revoked one is none");
}

#[test]
fn translations_name_each_other_and_an_old_address_leads_on() {
    let (api, token) = installation();
    let original = api.publish(&token, &json!({"title": "Flu shots", "body_markdown": "Text."}));
    assert!(node(&api.get("/v1/articles/flu-shots/jsonld").json(), "Article").get("workTranslation").is_none());
    api.publish(
        &token,
        &json!({"title": "Vacunas", "locale": "es", "body_markdown": "Texto.", "translation_of": original["id"]}),
    );
    let english = node(&api.get("/v1/articles/flu-shots/jsonld").json(), "Article");
    assert_eq!(english["workTranslation"][0]["url"], "https://clinic.example/es/articles/vacunas");
    assert_eq!(english["workTranslation"][0]["inLanguage"], "es");
    let spanish = node(&api.get("/v1/articles/vacunas/jsonld?locale=es").json(), "Article");
    assert_eq!(spanish["translationOfWork"]["@id"], english["@id"]);
    let path = format!("/v1/admin/articles/{}", original["id"].as_str().unwrap());
    for (method, path, body) in
        [("PATCH", path.clone(), json!({"slug": "flu-vaccines"})), ("PUT", format!("{path}/publication"), json!({}))]
    {
        assert_eq!(api.call(method, &path).bearer(&token).header("If-Match", "*").json(&body).send().status, 200);
    }
    let moved = api.get("/v1/articles/flu-shots/jsonld?locale=en");
    assert_eq!(moved.status, 301);
    assert_eq!(moved.header("location"), format!("{}/v1/articles/flu-vaccines/jsonld?locale=en", api.base));
    let byid = api.get(&format!("/v1/articles/{}/jsonld", original["id"].as_str().unwrap()));
    assert_eq!(byid.status, 200);
    assert_eq!(
        api.call("GET", "/v1/articles/flu-vaccines/jsonld").header("If-None-Match", byid.etag()).send().status,
        304
    );
}

#[test]
fn the_graph_holds_to_the_vocabulary_and_to_what_search_engines_ask_for() {
    let (api, token) = installation();
    api.publish(&token, &whole());
    api.publish(&token, &json!({"title": "Bare"}));
    api.as_owner(async |owner| {
        enrich(owner).await;
        sign(owner).await;
    });
    // Google wants a picture of every article, and one without a cover has none to name.
    for (path, lacks) in [(JSONLD, vec![]), ("/v1/articles/bare/jsonld", vec!["Article.image"])] {
        assert_eq!(what_google_lacks(&api, path), lacks, "{path}");
    }
}

/// What the vocabulary does not know fails at once; what Google's features would want besides is answered.
fn what_google_lacks(api: &Api, path: &str) -> Vec<String> {
    let reply = api.get(path);
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/ld+json"), "{}", reply.body);
    assert!(!reply.body.contains("null") && !reply.body.contains(&api.base), "{path}: {}", reply.body);
    let page = format!("<html><head><script type=\"application/ld+json\">{}</script></head></html>", reply.body);
    let graph = extract_all(&page).unwrap();
    let found = validate(&graph);
    let complaints: Vec<String> =
        found.diagnostics.iter().map(|d| format!("{:?} {}: {}", d.severity, d.path, d.message)).collect();
    assert!(!found.has_errors() && !found.has_warnings(), "{path}: {complaints:#?}");
    let google = ProfileRegistry::with_google().evaluate("google", &graph, &found.diagnostics).unwrap();
    let errors = google.diagnostics.into_iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| found.path).collect()
}

#[test]
fn the_clinic_stands_in_the_graph_with_its_locations_its_people_and_what_they_do() {
    let (api, token) = installation();
    let location = json!({
        "name": "Harbor Lane", "timezone": "America/New_York", "fax": "(561) 555-0109", "email": "lane@clinic.example",
        "address": {"line1": "210 Harbor Lane", "line2": "Suite 3", "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"},
        "geo": {"latitude": 26.77, "longitude": -80.05}, "phones": [{"number": "(561) 555-0141", "label": "Appointments"}],
        "hours": [
            {"days": ["monday", "tuesday"], "opens": "08:00", "closes": "17:00"},
            {"days": ["saturday"], "opens": "19:00", "closes": "02:00", "valid_from": "2026-06-01"},
            {"days": ["monday"], "opens": "06:00", "closes": "08:00", "department": "Laboratory"}],
        "special_hours": [
            {"from": "2026-12-25", "through": "2026-12-26", "closed": true, "reason": "Christmas"},
            {"from": "2026-11-30", "through": "2026-11-30", "closed": false, "intervals": [{"opens": "18:00", "closes": "20:00"}]}],
        "accessibility": ["Step-free entrance"], "languages": ["en", "es"], "payment_methods": ["Cash", "HSA card"],
        "accepting_new_patients": true, "booking_url": "https://clinic.example/book",
    });
    add(&api, &token, "locations", &location);
    let physician = json!({"name": {"prefix": "Dr.", "given": "Dana", "family": "Fuller"}, "credentials": ["MD"], "npi": "1234567893",
        "specialties": [{"code": "207Q00000X", "name": "Family Medicine"}], "languages": ["en"], "accepting_new_patients": true, "biography": "Looks after families.",
        "locations": ["harbor-lane"]});
    add(&api, &token, "providers", &physician);
    add(
        &api,
        &token,
        "providers",
        &json!({"name": {"given": "Miguel", "family": "Arroyo"}, "credentials": ["APRN"], "locations": ["harbor-lane"]}),
    );
    add(
        &api,
        &token,
        "services",
        &json!({"name": "Flu shot", "aliases": ["Influenza vaccination"], "summary": "This season's.",
        "contraindications": ["An earlier reaction"], "risks": ["A sore arm"], "locations": ["harbor-lane"]}),
    );
    for path in [
        "/v1/clinic/jsonld",
        "/v1/locations/harbor-lane/jsonld",
        "/v1/providers/dana-fuller/jsonld",
        "/v1/providers/miguel-arroyo/jsonld",
        "/v1/services/flu-shot/jsonld",
    ] {
        assert_eq!(what_google_lacks(&api, path), [""; 0], "{path}");
    }
    let clinic = api.get("/v1/clinic/jsonld").json();
    let organization = node(&clinic, "MedicalOrganization");
    assert_eq!(
        (&organization["name"], &organization["url"]),
        (&json!("Harbor Lane Clinic"), &json!("https://clinic.example/"))
    );
    let place = api.get("/v1/locations/harbor-lane/jsonld").json();
    let place = node(&place, "MedicalClinic");
    assert_eq!(organization["subOrganization"], json!([{"@id": place["@id"]}]));
    assert_eq!(place["parentOrganization"]["@id"], organization["@id"]);
    assert_eq!(
        (&place["address"]["streetAddress"], &place["address"]["extendedAddress"]),
        (&json!("210 Harbor Lane"), &json!("Suite 3"))
    );
    assert_eq!((&place["telephone"], &place["faxNumber"]), (&json!("+15615550141"), &json!("+15615550109")));
    let hours: Vec<_> =
        place["openingHoursSpecification"].as_array().unwrap().iter().map(|row| row["opens"].clone()).collect();
    assert_eq!(hours, [json!("08:00"), json!("19:00")], "the laboratory's are not the location's");
    let special: Vec<_> = place["specialOpeningHoursSpecification"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!(
                "{} {} {}",
                row["validFrom"].as_str().unwrap(),
                row["opens"].as_str().unwrap(),
                row["closes"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(special, ["2026-11-30 08:00 17:00", "2026-11-30 18:00 20:00", "2026-12-25 00:00 00:00"]);
    assert_eq!(place["specialOpeningHoursSpecification"][2]["name"], "Christmas");
    assert_eq!(place["availableService"][0]["name"], "Flu shot");
    let physician = api.get("/v1/providers/dana-fuller/jsonld").json();
    let physician = node(&physician, "IndividualPhysician");
    assert_eq!(
        (&physician["identifier"]["value"], &physician["practicesAt"][0]["name"]),
        (&json!("1234567893"), &json!("Harbor Lane"))
    );
    let nurse = api.get("/v1/providers/miguel-arroyo/jsonld").json();
    assert_eq!(node(&nurse, "Person")["worksFor"]["@id"], organization["@id"]);
    let therapy = api.get("/v1/services/flu-shot/jsonld").json();
    assert_eq!(node(&therapy, "MedicalTherapy")["contraindication"], json!(["An earlier reaction"]));
    api.get("/v1/providers/nobody/jsonld").problem(404, "not_found");
    Api::start_without_a_site().get("/v1/clinic/jsonld").problem(404, "no_site_url");
}
