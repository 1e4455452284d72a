//! x
fn main(){ let a:Vec<String>=std::env::args().collect(); let c=migcheck_core::check(std::path::Path::new(&a[1]), &a[1]); let g=match c.graph{Some(g)=>g,None=>{println!("{}", migcheck_core::render::render_all(&c.findings, Default::default()));return}};
let mut r=migcheck_harness::round_trip(g); for s in &a[2..]{r=r.on(s.clone());} let rep=r.run(); println!("{rep}"); let mut m=std::collections::BTreeMap::new(); for s in &rep.stairs{*m.entry((s.server.clone(),s.outcome)).or_insert(0)+=1;} println!("{m:#?} {:?}", rep.took);}
