//! Walks through the JSON of an export row by row. One row is in memory at a time, and its size is bounded.

use std::fmt;
use std::io::{BufReader, Read};
use std::ops::ControlFlow;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::super::bounded::{Bounded, Gauge};
use super::super::record::Stopped;

/// The longest row: 8 MiB. An article is at most 512 KiB.
const MAX_ROW: usize = 8 * 1024 * 1024;

/// Says that whoever takes the rows wants no more.
const ENOUGH: &str = "enough";

/// What is done with a row of a table.
pub(super) type Take<'a> = dyn FnMut(&str, Value) -> ControlFlow<()> + 'a;

/// Hands over each row of the tables that are `wanted`.
pub(super) fn read(source: impl Read, wanted: fn(&str) -> bool, take: &mut Take<'_>) -> Result<(), Stopped> {
    let bounded = Bounded::new(source, MAX_ROW);
    let gauge = bounded.gauge();
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(bounded));
    let outcome = Level { gauge: &gauge, wanted, take, place: Place::Document }.deserialize(&mut json);
    match outcome {
        Err(error) if !error.to_string().starts_with(ENOUGH) => {
            Err(Stopped::because(format!("the file is no well-formed JSON: {error}")))
        }
        _ => Ok(()),
    }
}

/// Where in the document a value stands.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// `{"db": [{…}]}`, or what stands in it.
    Document,
    /// `{"posts": […], …}`.
    Tables,
    /// `[{…}, …]` of that table.
    Rows(&'a str),
    /// Anything that is read over.
    Elsewhere,
}

struct Level<'a, 'b> {
    gauge: &'a Gauge,
    wanted: fn(&str) -> bool,
    take: &'a mut Take<'b>,
    place: Place<'a>,
}

impl<'de> DeserializeSeed<'de> for Level<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'b> Level<'_, 'b> {
    fn below<'c>(&'c mut self, place: Place<'c>) -> Level<'c, 'b> {
        Level { gauge: self.gauge, wanted: self.wanted, take: &mut *self.take, place }
    }
}

impl<'de> Visitor<'de> for Level<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the export of a Ghost")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            self.gauge.next_piece();
            let place = match (self.place, name.as_str()) {
                (Place::Document, "db") => Place::Document,
                (Place::Document, "data") => Place::Tables,
                (Place::Tables, table) if (self.wanted)(table) => Place::Rows(table),
                (Place::Document | Place::Tables, _) => Place::Elsewhere,
                (Place::Rows(_) | Place::Elsewhere, _) => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            map.next_value_seed(self.below(place))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        loop {
            self.gauge.next_piece();
            let more = match self.place {
                Place::Document => seq.next_element_seed(self.below(Place::Document))?.is_some(),
                Place::Tables | Place::Elsewhere => seq.next_element::<IgnoredAny>()?.is_some(),
                Place::Rows(table) => match seq.next_element::<Value>()? {
                    None => false,
                    Some(row) => match (self.take)(table, row) {
                        ControlFlow::Continue(()) => true,
                        ControlFlow::Break(()) => return Err(A::Error::custom(ENOUGH)),
                    },
                },
            };
            if !more {
                return Ok(());
            }
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
