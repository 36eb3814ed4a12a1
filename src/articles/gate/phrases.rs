//! The words of absolute claims, in English and Spanish: what nobody can promise of a treatment, and regulators take for
//! deceptive without evidence (FTC, "Health Products Compliance Guidance", 2022; 21 CFR 202.1(e)). Refuses to judge what
//! is denied or asked.

use std::sync::LazyLock;

use regex::Regex;

/// One way to claim too much, as patterns over a plain sentence.
struct Words {
    /// What is found.
    pattern: &'static str,
    /// Found words that are none: looked for from where they begin.
    except: Option<&'static str>,
    /// What has to stand in the sentence as well.
    with: Option<&'static str>,
}

const fn always(pattern: &'static str) -> Words {
    Words { pattern, except: None, with: None }
}

/// What a hundred per cent can be meant of.
const EFFECT: &str = r"\b(?:effective\w*|safe\w*|success\w*|cure\w*|works?|reli(?:ef|ev\w+|able)|recover\w*|pain|free|guarantee\w*|natural|certain|sure|satisf\w+|results?|patients|eficaz|eficaces|efectiv\w+|segur\w+|exito\w*|garanti\w+|cura\w*|pacientes|resultados?|natural\w*)\b";

/// In every language: English words stand in Spanish pages as well.
const ENGLISH: [Words; 14] = [
    Words {
        pattern: r"\b(?:cures?|cured|curing)\b",
        except: Some(r"^cur(?:ed|ing) (?:meat|ham|cheese|resin|concrete)"),
        with: None,
    },
    always(r"\bguarantee(?:s|d|ing)?\b"),
    Words { pattern: r"\b100 ?(?:%|percent\b|per cent\b)", except: None, with: Some(EFFECT) },
    always(
        r"\b(?:no|zero|without|never causes?|free (?:of|from)|not? (?:have|cause)|does not have|do not have|don't have|doesn't have) (?:any |known |serious |long[- ]term |lasting |adverse |negative |harmful |real )*(?:side[- ]effects?|adverse effects?|complications?|consequences)\b",
    ),
    always(r"\bside[- ]effects?[- ]free\b"),
    always(
        r"\bwithout (?:the |any )?risks? of(?: (?:any |an? |the )?[\w-]+){1,2}(?: (?:addiction|dependenc[ey]|abuse|overdose))?",
    ),
    Words {
        pattern: r"\b(?:no|zero|without|free of|not? have)(?: any)?(?: known)? risks?\b",
        except: Some(r"^no(?: known)? risk (?:factor|assessment|group)|^without (?:the |any )?risks? of\b"),
        with: None,
    },
    Words {
        pattern: r"\b(?:risk[- ]free|completely safe|totally safe|perfectly safe|absolutely safe|entirely safe|safe for everyone)\b",
        except: None,
        with: None,
    },
    always(
        r"\b(?:non[- ]?addictive|not (?:at all )?addictive|non[- ]habit[- ]forming|not habit[- ]forming|cannot become addicted|no (?:risk|chance) of addiction)\b",
    ),
    always(
        r"\bpermanent(?:ly)? (?:[\w-]+ ){0,2}?(?:cur|heal|reliev|relief|eliminat|remov|resolv|eradicat|ends?\b|stops?\b|fix|solution|solv|results?\b|rid\b|free\b|revers|restor)\w*",
    ),
    always(
        r"\b(?:cur|heal|reliev|eliminat|remov|resolv|eradicat|end|stop|fix|solv|revers|restor)(?:e|es|s|ed|ing)? (?:[\w-]+ ){0,4}?(?:permanently|forever|for good|for ever)\b",
    ),
    always(r"\b(?:miracles?|miraculous(?:ly)?)\b"),
    always(
        r"\b(?:never fails?|always works?|works? for everyone|works? every time|instant(?:ly)? (?:cure|heal|relief)\w*)\b",
    ),
    always(r"\b(?:completely|totally) (?:eliminates?|eradicates?|reverses?|heals?)\b"),
];

/// In Spanish texts, without their accents.
const SPANISH: [Words; 10] = [
    Words {
        pattern: r"\bcura(?:n|r|ra|ran|ndo|do|da|dos|das|mos)?\b",
        except: Some(r"^cura (?:parroco|de (?:la|las) heridas?)"),
        with: None,
    },
    always(r"\bgaranti(?:z\w+|as?)\b"),
    Words { pattern: r"\b100 ?por ciento\b", except: None, with: Some(EFFECT) },
    always(
        r"\b(?:sin|ningun|no (?:tiene|tienen|causa|causan|produce|producen)|libre de|cero) (?:ningun |ninguna )?(?:efectos? (?:secundarios?|adversos?)|complicacion(?:es)?|consecuencias)\b",
    ),
    Words {
        pattern: r"\b(?:sin|no tiene|no hay|ningun|cero|libre de)(?: ningun)? riesgos?\b",
        except: None,
        with: None,
    },
    always(r"\b(?:no (?:es |son )?adictiv[oa]s?|no (?:crea|causa|produce|genera)n? (?:adiccion|dependencia))\b"),
    always(
        r"\b(?:cur|elimin|resuelv|alivi|revierte|san)\w* (?:[\w-]+ ){0,4}?(?:permanentemente|para siempre|de forma permanente|definitivamente)\b",
    ),
    always(r"\b(?:permanentemente|para siempre|definitivamente) (?:[\w-]+ ){0,2}?(?:cur|elimin|resuelv|alivi|san)\w*"),
    always(r"\b(?:milagros?|milagros[oa]s?|milagrosamente)\b"),
    always(r"\b(?:totalmente|completamente|absolutamente) segur[oa]s?\b"),
];

/// That the Food and Drug Administration has approved something.
const APPROVAL: &str = r"\b(?:fda[- ]approved|approved by the (?:u\.?s\.? )?(?:fda|food and drug administration)|aprobad[oa]s? por la fda)\b";

/// Words before a claim that take it back.
const DENIAL: &str = r"(?:\b(?:no|not|never|cannot|nor|neither|none|without|nobody|hardly|unable|nunca|jamas|ni|sin|tampoco|nadie)\b|n't\b)";
/// What somebody hopes for, and has not found.
const SEARCH: &str = r"\b(?:search|searching|look|looking|seek|seeking|hunt|race|hope|hoping|research|busca|busqueda) (?:for |de )?(?:an? |the |una? |la )?$";
/// A question that begins as one asks for knowledge.
const QUESTION: &str = r"^(?:\?|can|could|does|do|is|are|will|would|has|have|what|why|how|puede|pueden|es|son|tiene|cura|existe)\b.*\?$|^\?.*\?$";

struct Rule {
    pattern: Regex,
    except: Option<Regex>,
    with: Option<Regex>,
}

struct Rules {
    english: Vec<Rule>,
    spanish: Vec<Rule>,
    approval: Option<Regex>,
    denial: Option<Regex>,
    search: Option<Regex>,
    question: Option<Regex>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let read = |text: &str| Regex::new(text).ok();
    let rule = |words: &Words| {
        let (except, with) = (words.except.and_then(read), words.with.and_then(read));
        Some(Rule { pattern: read(words.pattern)?, except, with })
    };
    Rules {
        english: ENGLISH.iter().filter_map(rule).collect(),
        spanish: SPANISH.iter().filter_map(rule).collect(),
        approval: read(APPROVAL),
        denial: read(DENIAL),
        search: read(SEARCH),
        question: read(QUESTION),
    }
});

/// The words of absolute claims in a plain sentence, in their order, none within another.
pub(super) fn absolute(sentence: &str, spanish: bool) -> Vec<&str> {
    if asks(sentence) {
        return Vec::new();
    }
    let spanish_rules = RULES.spanish.iter().filter(|_| spanish);
    let mut found: Vec<(usize, &str)> =
        RULES.english.iter().chain(spanish_rules).flat_map(|rule| rule.found(sentence)).collect();
    found.sort_by_key(|(start, words)| (*start, std::cmp::Reverse(words.len())));
    let mut end = 0;
    found.retain(|(start, words)| {
        let apart = *start >= end;
        end = end.max(start + words.len());
        apart
    });
    found.into_iter().map(|(_, words)| words).collect()
}

/// The words that claim an approval in a plain sentence, unless it denies or asks.
pub(super) fn approval(sentence: &str) -> Option<&str> {
    let found = RULES.approval.as_ref()?.find_iter(sentence).find(|found| !is_denied(sentence, found.start()))?;
    (!asks(sentence)).then_some(found.as_str())
}

impl Rule {
    fn found<'s>(&self, sentence: &'s str) -> Vec<(usize, &'s str)> {
        if self.with.as_ref().is_some_and(|with| !with.is_match(sentence)) {
            return Vec::new();
        }
        let all = self.pattern.find_iter(sentence);
        let ours = all.filter(|found| {
            let from = sentence.get(found.start()..).unwrap_or_default();
            let excepted = self.except.as_ref().is_some_and(|except| except.is_match(from));
            !excepted && !is_denied(sentence, found.start())
        });
        ours.map(|found| (found.start(), found.as_str())).collect()
    }
}

fn asks(sentence: &str) -> bool {
    sentence.ends_with('?') && RULES.question.as_ref().is_some_and(|question| question.is_match(sentence))
}

/// Whether the five words before, within the same clause, deny what follows or only seek it.
fn is_denied(sentence: &str, start: usize) -> bool {
    let before = sentence.get(..start).unwrap_or_default();
    let clause = before.rsplit([',', ';', ':', '(', ')', '.']).next().unwrap_or_default();
    let clause =
        [" but ", " pero ", " - "].iter().fold(clause, |clause, turn| clause.rsplit(turn).next().unwrap_or_default());
    let skipped = clause.split_whitespace().count().saturating_sub(5);
    let near = clause.split_whitespace().skip(skipped).collect::<Vec<_>>().join(" ");
    let sought = format!("{near} ");
    RULES.denial.as_ref().is_some_and(|denial| denial.is_match(&near))
        || RULES.search.as_ref().is_some_and(|search| search.is_match(&sought))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_can_be_read() {
        assert_eq!((RULES.english.len(), RULES.spanish.len()), (ENGLISH.len(), SPANISH.len()));
        assert!(
            ENGLISH
                .iter()
                .chain(&SPANISH)
                .flat_map(|words| [words.except, words.with])
                .flatten()
                .all(|text| Regex::new(text).is_ok())
        );
        assert!(
            RULES.approval.is_some() && RULES.denial.is_some() && RULES.search.is_some() && RULES.question.is_some()
        );
    }
}
