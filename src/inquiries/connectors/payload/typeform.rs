//! An answered form of Typeform (<https://www.typeform.com/developers/webhooks/example-payload/>). A question is named
//! by its reference, and read by its title; `token` names the answer. Where a form sends partial responses as well
//! (<https://www.typeform.com/developers/webhooks/reference/create-or-update-webhook/>, `event_types`), the same token comes
//! again when it is finished.

use serde_json::Value;

use super::{Fact, Lead, Unreadable, flat, id_of, instant_of};

/// The `event_type` of an answer that is not finished.
const PARTIAL: &str = "form_response_partial";

pub(super) fn read(body: &Value) -> Result<Lead, Unreadable> {
    let response = body.get("form_response").ok_or(Unreadable)?;
    let external_id = id_of(response.get("token")).ok_or(Unreadable)?;
    let asked = response.pointer("/definition/fields").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let answers = response.get("answers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut facts: Vec<Fact> =
        answers.iter().enumerate().filter_map(|(index, answer)| fact(index, answer, asked)).collect();
    let hidden = response.get("hidden").map(|hidden| flat::members(hidden, &[])).unwrap_or_default();
    facts.extend(hidden.into_iter().map(|fact| Fact {
        name: format!("hidden.{}", fact.name),
        pointer: format!("/form_response/hidden{}", fact.pointer),
        ..fact
    }));
    facts.extend(variables(response));
    Ok(Lead {
        external_id,
        sent_at: instant_of(response.get("submitted_at")),
        is_partial: body.get("event_type").and_then(Value::as_str) == Some(PARTIAL),
        facts,
        ..Lead::default()
    })
}

fn fact(index: usize, answer: &Value, asked: &[Value]) -> Option<Fact> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let field = answer.get("field");
    let id = field.and_then(|field| text(field, "id"));
    let name = field.and_then(|field| text(field, "ref")).or_else(|| id.clone()).unwrap_or_else(|| index.to_string());
    let question = asked.iter().find(|question| id.is_some() && text(question, "id") == id);
    let of_type = text(answer, "type")?;
    let value = said(answer.get(&of_type)?)?;
    let types = [Some(of_type.clone()), field.and_then(|field| text(field, "type"))].into_iter().flatten();
    Some(Fact {
        name,
        label: question.and_then(|question| text(question, "title")),
        pointer: flat::pointer(&format!("/form_response/answers/{index}"), &of_type),
        types: types.collect(),
        value,
    })
}

/// What an answer says: a choice by its label, several by theirs with the one that was written, the rest as it is.
fn said(value: &Value) -> Option<String> {
    let Some(choice) = value.as_object() else { return flat::text_of(value) };
    let parts = ["label", "labels", "other", "url"].into_iter().filter_map(|name| flat::text_of(choice.get(name)?));
    let said = parts.collect::<Vec<_>>().join(", ");
    // A kind of answer that is newer than this reader.
    if said.is_empty() { Some(value.to_string()).filter(|_| !choice.is_empty()) } else { Some(said) }
}

/// `[{key, type, number | text}]`.
fn variables(response: &Value) -> Vec<Fact> {
    let listed = response.get("variables").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let one = |(index, variable): (usize, &Value)| {
        let of_type = variable.get("type")?.as_str()?;
        Some(Fact {
            name: format!("variables.{}", variable.get("key")?.as_str()?),
            label: None,
            pointer: flat::pointer(&format!("/form_response/variables/{index}"), of_type),
            types: Vec::new(),
            value: flat::text_of(variable.get(of_type)?)?,
        })
    };
    listed.iter().enumerate().filter_map(one).collect()
}
