//! What a start costs that has nothing to do.

use libtest_mimic::Trial;
use migcheck::harness::ServerSpec;
use migcheck::{Direction, RevisionGraph};

use crate::dice::Dice;
use crate::process::migrate;
use crate::scripts;
use crate::server::Place;
use crate::support::block_on;

pub(crate) fn trials(spec: &ServerSpec) -> Vec<Trial> {
    let there = spec.clone();
    let trial = Trial::test(
        format!("{spec}::nothing_to_do_is_one_round_trip"),
        move || {
            one_round_trip(&there);
            Ok(())
        },
    );
    // A file has no way to count on.
    match spec {
        ServerSpec::Sqlite => Vec::new(),
        _ => vec![trial],
    }
}

fn one_round_trip(spec: &ServerSpec) {
    let place = Place::start(spec);
    let proxy = place.container().unwrap().proxy();
    let graph: RevisionGraph = scripts::write(place.dialect(), &mut Dice::new(1)).graph();
    place.create("calm");
    let url = place.url_through_proxy("calm");
    block_on(async {
        let mut session = migcheck::db::connect(&url).await.unwrap();
        let mut upgrade =
            async || migrate(graph.clone(), &mut *session, Direction::Up, "head", None).await;
        upgrade().await.unwrap();
        let before = proxy.round_trips();
        let report = upgrade().await.unwrap();
        assert_eq!(report.steps, []);
        assert_eq!(proxy.round_trips() - before, 1);
    });
}
