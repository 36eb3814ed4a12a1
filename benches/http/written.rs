//! What one post writes: every row of its transaction, in whatever tables they stand, as one statement of plain inserts
//! that writes as many once more. Nothing here knows the tables: a row that the product begins to write tomorrow is in
//! the reference of tomorrow.

use std::fmt::Write;

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::statements::Script;

/// A row that the newest post wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenRow {
    /// With its schema.
    pub table: String,
    /// Those that are not null.
    pub columns: Vec<Column>,
}

/// A column of such a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// As PostgreSQL writes the type.
    pub kind: String,
    /// Whether it is part of a unique index.
    pub is_unique: bool,
    /// As text. Of an instant: seconds after the post.
    pub value: String,
}

/// The tables that hold something of the newest inquiry's transaction, without those that a trigger fills: the reference
/// has the same triggers.
const TABLES: &str = "
with written as (
  select format('%I.%I', n.nspname, c.relname) as name, c.oid
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = 'cms' and c.relkind = 'r'
     and (xpath('/row/n/text()', query_to_xml(format(
           'select count(*) as n from %s where xmin = (select xmin from cms.inquiry order by received_at desc, id desc limit 1)',
           c.oid::regclass), false, true, '')))[1]::text <> '0')
select w.name, w.oid::bigint as oid from written w
 where not exists (select from written other
                     join pg_trigger t on t.tgrelid = other.oid and not t.tgisinternal
                     join pg_proc p on p.oid = t.tgfoid
                    where position('insert into ' || w.name in p.prosrc) > 0)
 order by 1";

/// Their columns that a statement may set.
const COLUMNS: &str = "
select a.attname as name, format_type(a.atttypid, a.atttypmod) as kind,
       exists (select from pg_index i where i.indrelid = a.attrelid and i.indisunique and a.attnum = any (i.indkey)) as is_unique
  from pg_attribute a
 where a.attrelid = $1::bigint::oid and a.attnum > 0 and not a.attisdropped and a.attidentity = '' and a.attgenerated = ''
 order by a.attnum";

/// Every row of the newest post.
///
/// # Errors
/// Those of the database.
pub async fn find(connection: &mut PgConnection) -> Result<Vec<WrittenRow>, sqlx::Error> {
    let mut written = Vec::new();
    for table in sqlx::query(TABLES).fetch_all(&mut *connection).await? {
        let (name, oid): (String, i64) = (table.try_get("name")?, table.try_get("oid")?);
        let columns = sqlx::query(COLUMNS).bind(oid).fetch_all(&mut *connection).await?;
        let columns: Vec<(String, String, bool)> = columns
            .iter()
            .map(|row| Ok((row.try_get("name")?, row.try_get("kind")?, row.try_get("is_unique")?)))
            .collect::<Result<_, sqlx::Error>>()?;
        let shown: Vec<_> = columns.iter().map(|(name, kind, _)| shown(name, kind)).collect();
        let query = format!(
            "with post as (select xmin, received_at from cms.inquiry order by received_at desc, id desc limit 1)
             select {} from {name} t, post where t.xmin = post.xmin",
            shown.join(", ")
        );
        for row in sqlx::query(AssertSqlSafe(query)).fetch_all(&mut *connection).await? {
            let mut kept = Vec::new();
            for (index, (name, kind, is_unique)) in columns.iter().enumerate() {
                if let Some(value) = row.try_get::<Option<String>, _>(index)? {
                    let (name, kind) = (name.clone(), kind.clone());
                    kept.push(Column { name, kind, is_unique: *is_unique, value });
                }
            }
            written.push(WrittenRow { table: name.clone(), columns: kept });
        }
    }
    Ok(written)
}

const INSTANT: &str = "timestamp with time zone";

fn shown(name: &str, kind: &str) -> String {
    match kind {
        INSTANT => format!("extract(epoch from t.\"{name}\" - post.received_at)::text"),
        _ => format!("t.\"{name}\"::text"),
    }
}

/// One statement that writes such rows: ids and hashes that no other row has, in the order of time as the service makes
/// them (UUIDv7, RFC 9562 §5.7), times around now, everything else as it was.
pub fn script(rows: &[WrittenRow]) -> Script {
    let all = || rows.iter().flat_map(|row| &row.columns);
    let mut ids: Vec<&str> =
        all().filter(|column| column.is_unique && column.kind == "uuid").map(|c| c.value.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let (mut values, mut hashes, mut inserts) = (Vec::new(), 0, Vec::new());
    for (number, row) in rows.iter().enumerate() {
        let (mut names, mut given) = (Vec::new(), Vec::new());
        for column in &row.columns {
            names.push(format!("\"{}\"", column.name));
            given.push(match column.kind.as_str() {
                "uuid" if ids.contains(&column.value.as_str()) => {
                    format!("f.id{}", ids.iter().position(|id| *id == column.value).unwrap_or_default())
                }
                // Of the hashes a statement makes, and of no other column, is every one new.
                "bytea" if column.value.len() == 66 => {
                    hashes += 1;
                    format!("sha256((:r::bigint + {hashes})::text::bytea)")
                }
                INSTANT => format!("f.now + interval '{} seconds'", column.value),
                kind => {
                    let name = format!("v{}", values.len());
                    values.push((name.clone(), column.value.clone()));
                    format!(":{name}::{kind}")
                }
            });
        }
        let (table, names, given) = (&row.table, names.join(", "), given.join(", "));
        inserts.push(format!("i{number} as (insert into {table} ({names}) select {given} from f)"));
    }
    let mut text = String::from("\\set r random(0, 1152921504606846975)\n");
    for number in 0..ids.len() {
        let _ = writeln!(text, "\\set u{number} random(0, 1152921504606846975)");
    }
    let fresh = (0..ids.len()).map(|n| format!("(h.head || lpad(to_hex(:u{n}::bigint), 15, '0'))::uuid as id{n}"));
    let fresh: Vec<_> = fresh.chain(["h.now".to_owned()]).collect();
    let _ = write!(
        text,
        "with h as materialized (select clock_timestamp() as now,\n       \
         lpad(to_hex(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '70008' as head),\n     \
         f as materialized (select {} from h),\n     {}\nselect;\n",
        fresh.join(", "),
        inserts.join(",\n     ")
    );
    // The public may not insert: it calls a function that does, as the owner of the tables.
    Script { text, values, role: None }
}
