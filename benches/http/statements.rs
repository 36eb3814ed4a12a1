//! What pgbench runs. The selects are those of the product, word for word: they are read from the `.sqlx` that is
//! committed beside the code and checked against it, so a benchmark of yesterday's statement cannot happen.

use std::{fs, path::Path};

use serde_json::Value;

use super::cases::Statement;

/// Reads are the public's.
const PUBLIC_ROLE: &str = "cms_public";
/// Stands for null in a variable, since pgbench's hold text alone and never none.
const NULL: &str = "-";

/// A script with the values of its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// One statement, with `:name` for each variable.
    pub text: String,
    /// For `--define`.
    pub values: Vec<(String, String)>,
    /// Who runs it where that is not the owner.
    pub role: Option<&'static str>,
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
        Statement::Inquiry => return Err("an inquiry is no select".to_owned()),
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
    Ok(Script { text: text + ";\n", values: values.collect(), role: Some(PUBLIC_ROLE) })
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
