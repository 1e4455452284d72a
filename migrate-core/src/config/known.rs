//! `[[roundtrip.known]]`: faults of round trips that somebody has looked at.

use std::ops::Range;

use super::{Reading, Value, mend};
use crate::toml_reader::{self as reader, Problem};
use crate::{Dialect, Outcome};

/// A fault of a round trip that is known, and does not fail a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFault {
    /// The revision's id.
    pub revision: String,
    /// What is known of it.
    pub outcome: Outcome,
    /// Why that is no matter.
    pub reason: String,
    /// The databases it is known on; empty for all.
    pub databases: Vec<Dialect>,
}

const KEYS: [&str; 4] = ["revision", "outcome", "reason", "databases"];

/// What is written in place of what is missing.
const EXAMPLE: &str = "revision = \"002\", outcome = \"downgrade-leaves-residue\", reason = \"…\"";

impl Reading {
    pub(super) fn known(&mut self, value: &Value<'_>) -> Result<(), Problem> {
        let wanted = "tables, each under its own `[[roundtrip.known]]`";
        for record in reader::array(value, wanted)? {
            match known_fault(record) {
                Ok(known) => self.config.round_trip.known.push(known),
                Err(problem) => self.problems.push(problem),
            }
        }
        Ok(())
    }
}

fn known_fault(record: &Value<'_>) -> Result<KnownFault, Problem> {
    let (mut revision, mut outcome, mut reason) = (None, None, None);
    let mut databases = Vec::new();
    for (key, value) in reader::table(record)? {
        match &**key.get_ref() {
            "revision" => revision = Some(reader::string(value)?),
            "outcome" => outcome = Some(fault(value)?),
            "reason" => {
                let text = reader::string(value)?.into_inner();
                reason = Some(text).filter(|text| !text.trim().is_empty());
            }
            "databases" => {
                for name in reader::strings(value)? {
                    databases.push(super::dialect(&name)?);
                }
            }
            _ => return Err(Problem::unknown_key(key, &KEYS)),
        }
    }
    let missing = |what: &str| {
        Problem::new(record.span(), format!("a known fault without {what}"))
            .help(format!("write it as in `{EXAMPLE}`"))
    };
    let revision = revision.ok_or_else(|| missing("its `revision`"))?;
    Ok(KnownFault {
        revision: revision.into_inner(),
        outcome: outcome.ok_or_else(|| missing("its `outcome`"))?,
        reason: reason.ok_or_else(|| missing("a `reason`"))?,
        databases,
    })
}

/// Where a record names `revision`, in bytes of the file.
pub(crate) fn place_of(text: &str, revision: &str) -> Option<Range<usize>> {
    let document = reader::parse(text).ok()?;
    let section = document.get("roundtrip")?.get_ref().as_table()?;
    let records = section.get("known")?.get_ref().as_array()?;
    records.iter().find_map(|record| {
        let named = record.get_ref().as_table()?.get("revision")?;
        (named.get_ref().as_str() == Some(revision)).then(|| named.span())
    })
}

/// An outcome that a record can be about.
fn fault(value: &Value<'_>) -> Result<Outcome, Problem> {
    let name = reader::string(value)?;
    let written: &str = name.get_ref();
    let is_recorded = |outcome: &Outcome| outcome.is_fault() && *outcome != Outcome::KnownFaultGone;
    Outcome::from_name(written)
        .filter(is_recorded)
        .ok_or_else(|| {
            let faults = Outcome::ALL.iter().copied().filter(is_recorded);
            let names: Vec<&str> = faults.map(Outcome::name).collect();
            let problem = Problem::new(
                value.span(),
                format!("`{written}` is no fault of a round trip"),
            );
            let help = format!("the faults are {}", reader::listed(&names));
            mend::meant_or(problem, written, &names, help)
        })
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    #[test]
    fn a_record_says_what_is_known_and_why() {
        let (config, problems) = Config::read(
            "[[roundtrip.known]]\nrevision = \"002\"\noutcome = \"downgrade-leaves-residue\"\n\
             reason = \"the type is shared\"\ndatabases = [\"postgres\"]\n\
             [[roundtrip.known]]\nrevision = \"003\"\noutcome = \"column-order-differs\"\nreason = \"so be it\"\n",
        );
        assert!(problems.is_empty(), "{problems:?}");
        let known: Vec<_> = config.round_trip.known.iter().collect();
        assert_eq!(known.len(), 2);
        assert_eq!(known[0].outcome, Outcome::DowngradeLeavesResidue);
        assert_eq!(known[0].databases, [Dialect::Postgres]);
        assert_eq!(known[1].revision, "003");
    }

    #[test]
    fn the_place_of_a_record_is_its_revision() {
        let text = "[[roundtrip.known]]\nrevision = \"1\"\n[[roundtrip.known]]\nrevision = \"2\"\n";
        assert_eq!(place_of(text, "2").map(|span| &text[span]), Some("\"2\""));
        assert_eq!(place_of(text, "3"), None);
    }

    #[test]
    fn every_record_that_cannot_be_used_is_reported() {
        let record = |text: &str| {
            let (config, problems) = Config::read(&format!("[[roundtrip.known]]\n{text}"));
            assert!(config.round_trip.known.is_empty());
            let said = problems.iter().map(|problem| {
                format!(
                    "{}; {}",
                    problem.message,
                    problem.help.as_deref().unwrap_or_default()
                )
            });
            said.collect::<Vec<_>>().join("\n")
        };
        let (revision, reason) = ("revision = \"002\"\n", "reason = \"why\"\n");
        let outcome = "outcome = \"downgrade-fails\"\n";
        assert!(
            record(&format!("{revision}{outcome}"))
                .starts_with("a known fault without a `reason`; write it")
        );
        assert!(
            record(&format!("{revision}{outcome}reason = \" \"")).contains("without a `reason`")
        );
        assert!(record(&format!("{revision}{reason}")).contains("without its `outcome`"));
        assert!(record(&format!("{outcome}{reason}")).contains("without its `revision`"));
        assert_eq!(
            record(&format!("{revision}{reason}outcome = \"downgrade-fail\"")),
            "`downgrade-fail` is no fault of a round trip; did you mean `downgrade-fails`?"
        );
        assert!(record(&format!("{revision}{reason}outcome = \"passed\"")).contains("is no fault"));
        assert!(record(&format!("{revision}{outcome}{reason}on = 1")).contains("unknown key `on`"));
        assert!(
            record(&format!(
                "{revision}{outcome}{reason}databases = [\"oracle\"]"
            ))
            .contains("no database is called")
        );
    }
}
