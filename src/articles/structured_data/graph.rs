//! The nodes of the graph, which name each other by `@id`. Search engines' features for articles do not take a
//! `MedicalWebPage` alone, and medical pages say what they are by it: both stand there.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::{Subject, subjects, works};
use crate::{
    articles::{answers::Author, article::Image},
    jsonld,
};

/// Every node, the page first.
pub(super) fn nodes(subject: &Subject) -> Vec<Value> {
    let names = Names::of(subject);
    let mut nodes = vec![page(subject, &names), article(subject, &names), breadcrumbs(subject, &names)];
    nodes.extend(questions(subject, &names));
    nodes.push(publisher(subject, &names));
    nodes
}

fn person(author: &Author) -> Value {
    jsonld::person(&author.name, &author.credentials, author.r#type == "provider")
}

/// The ids by which nodes name each other.
struct Names {
    /// The page's own address.
    url: String,
    article: String,
    breadcrumbs: String,
    questions: String,
    publisher: String,
}

impl Names {
    fn of(subject: &Subject) -> Self {
        let url = subject.address.page(&subject.article.summary.path);
        Self {
            article: format!("{url}#article"),
            breadcrumbs: format!("{url}#breadcrumbs"),
            questions: format!("{url}#questions"),
            publisher: subject.address.page("/#organization"),
            url,
        }
    }
}

fn page(subject: &Subject, names: &Names) -> Value {
    let article = &subject.article;
    let summary = &article.summary;
    let reviewer = summary.review.reviewed_by.as_ref();
    let faqs = (!article.faqs.is_empty()).then(|| json!({"@id": names.questions}));
    json!({
        "@type": "MedicalWebPage",
        "@id": names.url,
        "url": names.url,
        "name": article.seo.title,
        "description": article.seo.description,
        "inLanguage": summary.locale,
        "datePublished": instant(summary.published_at),
        "dateModified": instant(summary.updated_at),
        "reviewedBy": reviewer.map(person),
        // No review, no day of one.
        "lastReviewed": reviewer.and(summary.review.last_reviewed_on),
        "about": subjects::about(&subject.surroundings),
        "usageInfo": subjects::usage(&article.disclosures, &summary.locale),
        "primaryImageOfPage": summary.cover.as_ref().map(image),
        "breadcrumb": {"@id": names.breadcrumbs},
        "mainEntity": {"@id": names.article},
        "hasPart": faqs,
        "publisher": {"@id": names.publisher},
    })
}

fn article(subject: &Subject, names: &Names) -> Value {
    let article = &subject.article;
    let summary = &article.summary;
    let headings = article.body.headings.iter().filter(|heading| heading.level == 2);
    let author = summary.author.as_ref().map_or_else(|| json!({"@id": names.publisher}), person);
    let mut node = json!({
        "@type": "Article",
        "@id": names.article,
        "url": names.url,
        "mainEntityOfPage": {"@id": names.url},
        "headline": summary.title,
        "description": summary.summary,
        "articleBody": article.body.value,
        "articleSection": summary.category.as_ref().map(|category| &category.name),
        "keywords": summary.tags.iter().map(|tag| &tag.name).collect::<Vec<_>>(),
        "hasPart": headings.map(|heading| json!({
            "@type": "WebPageElement", "@id": format!("{}#{}", names.url, heading.id), "name": heading.text,
        })).collect::<Vec<_>>(),
        "author": author,
        // The name stands here as well: search engines do not always follow the reference.
        "publisher": {"@type": "MedicalOrganization", "@id": names.publisher, "name": subject.publisher.name},
        "datePublished": instant(summary.published_at),
        "dateModified": instant(summary.updated_at),
        "version": article.version,
        "inLanguage": summary.locale,
        "image": summary.cover.as_ref().map(image),
        "about": subjects::about(&subject.surroundings),
        "usageInfo": subjects::usage(&article.disclosures, &summary.locale),
        "citation": article.references.iter().map(works::cited).collect::<Vec<_>>(),
    });
    if let Some((relation, works)) = translations(subject)
        && let Some(node) = node.as_object_mut()
    {
        node.insert(relation.to_owned(), works);
    }
    node
}

/// An original names what it was translated into, a translation what it was made from.
fn translations(subject: &Subject) -> Option<(&'static str, Value)> {
    let work = |path: &str, locale: &str| {
        let url = subject.address.page(path);
        json!({"@type": "Article", "@id": format!("{url}#article"), "url": url, "inLanguage": locale})
    };
    if let Some(original) = &subject.surroundings.original {
        return Some(("translationOfWork", work(&original.path, &original.locale)));
    }
    let others = subject.article.summary.translations.iter();
    let others: Vec<Value> = others.filter_map(|other| Some(work(other.path.as_deref()?, &other.locale))).collect();
    (subject.surroundings.is_original && !others.is_empty()).then(|| ("workTranslation", json!(others)))
}

/// From the first page of the site through the categories to the article. Pages of categories are the site's own affair:
/// each is named by a mark on the first page.
fn breadcrumbs(subject: &Subject, names: &Names) -> Value {
    let home = (subject.publisher.name.clone(), subject.address.home());
    let above = subject.surroundings.above.0.iter();
    let above = above.map(|term| (term.name.clone(), subject.address.page(&format!("/#category-{}", term.slug))));
    let here = (subject.article.summary.title.clone(), names.url.clone());
    let steps = std::iter::once(home).chain(above).chain(std::iter::once(here)).zip(1..);
    json!({
        "@type": "BreadcrumbList",
        "@id": names.breadcrumbs,
        "itemListElement": steps.map(|((name, item), position)| json!({
            "@type": "ListItem", "position": position, "name": name, "item": item,
        })).collect::<Vec<_>>(),
    })
}

fn questions(subject: &Subject, names: &Names) -> Option<Value> {
    let faqs = &subject.article.faqs;
    (!faqs.is_empty()).then(|| {
        json!({
            "@type": "FAQPage",
            "@id": names.questions,
            "inLanguage": subject.article.summary.locale,
            "isPartOf": {"@id": names.url},
            "mainEntity": faqs.iter().map(|faq| json!({
                "@type": "Question",
                "name": faq.question,
                "acceptedAnswer": {"@type": "Answer", "text": faq.answer},
            })).collect::<Vec<_>>(),
        })
    })
}

fn publisher(subject: &Subject, names: &Names) -> Value {
    json!({
        "@type": "MedicalOrganization",
        "@id": names.publisher,
        "name": subject.publisher.name,
        "legalName": subject.publisher.legal_name,
        "slogan": subject.publisher.tagline,
        "url": subject.address.home(),
    })
}

fn image(image: &Image) -> Value {
    json!({
        "@type": "ImageObject",
        "url": image.url,
        "width": image.width,
        "height": image.height,
        "caption": image.caption,
        "description": image.alt,
    })
}

fn instant(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
