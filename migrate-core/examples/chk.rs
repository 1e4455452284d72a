//! x
use migcheck_core::*;
fn main() {
    let d = std::env::args().nth(1).unwrap();
    let t = std::time::Instant::now();
    let c = check(std::path::Path::new(&d), &d);
    let el = t.elapsed();
    println!(
        "{}",
        render::render_all(&c.findings[..c.findings.len().min(8)], Default::default())
    );
    println!(
        "{:?} {:?} findings {} revs {:?} in {:?}",
        c.layout,
        c.layout_reason,
        c.findings.len(),
        c.graph.map(|g| (g.len(), g.ids(&g.heads()))),
        el
    );
}
