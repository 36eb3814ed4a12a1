//! What pgbench runs. The selects are those of the product, word for word: they are read from the `.sqlx` that is
//! committed beside the code and checked against it, so a benchmark of yesterday's statement cannot happen.

use std::{fs, path::Path};

use serde_json::Value;

use super::{cases::Statement, database::StoredInquiry};

/// Stands for null in a variable, since pgbench's hold text alone and never none.
const NULL: &str = "-";

/// A script with the values of its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// One statement, with `:name` for each variable.
    pub text: String,
    /// For `--define`.
    pub values: Vec<(String, String)>,
}

/// A select of the product with the parameters that the measured request gives it.
///
/// # Errors
/// In words, where the select is not found or has other parameters by now.
pub fn select(statement: &Statement) -> Result<Script, String> {
    let (marks, values) = match statement {
        Statement::List => {
            let marks = [
                "site.article_horizon",
                "order by m.published_at desc, m.id desc",
                "a.locale = (select locale from wanted)",
            ];
            let mut values = vec![NULL; 10];
            values.extend(["21", "0", "10001", NULL, NULL]);
            (marks, values)
        }
        Statement::Article(slug) => {
            let marks = ["site.article_former_slug", "body_markdown", "order by x.rank"];
            (marks, vec![slug, NULL, "html", NULL, "true"])
        }
        Statement::Inquiry { .. } => return Err("an inquiry is no select".to_owned()),
    };
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let (query, types) = find(&committed, &marks)?;
    bind(&query, &types, &values)
}

/// The one committed query that holds all the marks, with the types of its parameters.
pub fn find(folder: &Path, marks: &[&str]) -> Result<(String, Vec<String>), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!(".sqlx: {error}"))?;
    let texts = entries.flatten().filter_map(|entry| fs::read_to_string(entry.path()).ok());
    let known = texts.filter_map(|text| serde_json::from_str::<Value>(&text).ok());
    let mut fitting = known.filter(|known| {
        let query = known.pointer("/query").and_then(Value::as_str).unwrap_or_default();
        marks.iter().all(|mark| query.contains(mark))
    });
    let found = fitting.next().ok_or_else(|| format!("no query in .sqlx holds {}", marks.join(" and ")))?;
    if fitting.next().is_some() {
        return Err(format!("more than one query in .sqlx holds {}", marks.join(" and ")));
    }
    let query = found.pointer("/query").and_then(Value::as_str).unwrap_or_default().to_owned();
    let types = found.pointer("/describe/parameters/Left").and_then(Value::as_array).into_iter().flatten();
    Ok((query, types.filter_map(Value::as_str).map(str::to_owned).collect()))
}

/// Turns `$1` into `:p1` of its type. A null stays a parameter: the planner must not know more of it than it knows of
/// the service's.
pub fn bind(query: &str, types: &[String], values: &[&str]) -> Result<Script, String> {
    if types.len() != values.len() {
        return Err(format!("the select has {} parameters, and the benchmark knows {}", types.len(), values.len()));
    }
    let mut text = query.to_owned();
    // From the last one down, so that $1 does not change the beginning of $12.
    for (index, (kind, value)) in types.iter().zip(values).enumerate().rev() {
        let (number, kind) = (index + 1, sql_type(kind)?);
        let parameter = match *value {
            NULL => format!("(nullif(:p{number}::text, '{NULL}')::{kind})"),
            _ => format!("(:p{number}::{kind})"),
        };
        text = text.replace(&format!("${number}"), &parameter);
    }
    let values = values.iter().enumerate().map(|(index, value)| (format!("p{}", index + 1), (*value).to_owned()));
    Ok(Script { text: text + ";\n", values: values.collect() })
}

fn sql_type(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "Text" => "text",
        "TextArray" => "text[]",
        "Timestamptz" => "timestamptz",
        "Uuid" => "uuid",
        "Int8" => "bigint",
        "Bool" => "boolean",
        other => return Err(format!("a parameter of type {other}, which the benchmark does not know")),
    })
}

/// The call of `site.submit_inquiry`, with the sizes of a real inquiry and ids in the order of time as the service makes
/// them (UUIDv7, RFC 9562 §5.7).
pub fn inquiry(like: &StoredInquiry, answer: &str, keyed: bool) -> Script {
    let mut values = vec![("open".to_owned(), like.open.clone()), ("answer".to_owned(), answer.to_owned())];
    for (name, value) in &like.sealed {
        values.push(((*name).to_owned(), value.clone().unwrap_or_else(|| NULL.to_owned())));
    }
    let hash = |part: &str| format!("sha256((:{part}::bigint)::text::bytea)");
    let index = |name: &str, part: &str| {
        let absent = like.sealed.iter().any(|(known, value)| *known == name && value.is_none());
        if absent { "null".to_owned() } else { hash(part) }
    };
    let keys = if keyed { ["a", "b", "c"].map(hash).join(", ") } else { "null, null, null".to_owned() };
    let id = |part: &str| format!("(f.head || lpad(to_hex(:{part}::bigint), 15, '0'))::uuid");
    let sealed = like.sealed.iter().map(|(name, _)| format!("nullif(:{name}::text, '{NULL}')::bytea"));
    let text = format!(
        "\\set a random(0, 1152921504606846975)\n\\set b random(0, 1152921504606846975)\n\\set c random(0, 1152921504606846975)\n\
         select s.outcome, s.answer\n  \
           from (select lpad(to_hex(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '70008' as head) f,\n       \
         site.submit_inquiry(:open::jsonb || jsonb_build_object('id', {}, 'event_id', {}, 'audit_id', {}, 'received_at', \
         clock_timestamp()),\n         {}, {}, {}, {keys}, :answer::jsonb) s;\n",
        id("a"),
        id("b"),
        id("c"),
        sealed.collect::<Vec<_>>().join(", "),
        index("email", "b"),
        index("phone", "c"),
    );
    Script { text, values }
}
