//! The cost of hostile files.
#![allow(clippy::unwrap_used, clippy::panic)]
mod properties;
use migcheck_core::render::{RenderStyle, render_all};
use migcheck_core::split::split;
use migcheck_core::*;
use std::collections::BTreeMap;
use std::time::Instant;
type Files = BTreeMap<String, Vec<u8>>;
const NATIVE: &str = "layout = \"native\"\nnaming.file = \"{seq}_{slug}\"\n";
fn list(n: usize, f: impl Fn(usize) -> String) -> String {
    let v: Vec<String> = (0..n).map(f).collect();
    v.join(", ")
}
fn lines(n: usize, f: impl Fn(usize) -> String) -> String {
    (0..n).map(f).collect()
}
fn one(script: String) -> Files {
    let mut f = properties::native_pub(&[("1_a", "\"base\"")]);
    f.insert(
        "1_a.up.sql".into(),
        format!("-- migcheck: revises = \"base\"\n{script}").into_bytes(),
    );
    f
}
fn conf(text: String) -> Files {
    let mut f = properties::native_pub(&[("1_a", "\"base\"")]);
    f.insert("migcheck.toml".into(), text.into_bytes());
    f
}
fn many(n: usize, f: impl Fn(usize) -> (String, String)) -> Files {
    let mut files = Files::new();
    files.insert(
        "migcheck.toml".into(),
        format!("{NATIVE}rules.missing-down = \"allow\"\n").into(),
    );
    for i in 0..n {
        let (name, up) = f(i);
        files.insert(name, up.into_bytes());
    }
    files
}
fn rev(i: usize, revises: &str) -> (String, String) {
    (
        format!("{i}_x.up.sql"),
        format!("-- migcheck: revises = {revises}\nSELECT 1;\n"),
    )
}
fn chain(i: usize) -> (String, String) {
    if i == 0 {
        rev(0, "\"base\"")
    } else {
        rev(i, &format!("\"{}\"", i - 1))
    }
}

type Case = (&'static str, usize, fn(usize) -> Files);
const CASES: &[Case] = &[
    ("allow lines", 100_000, |n| {
        one(lines(n, |_| {
            "-- migcheck: allow = \"missing-down\"\n".into()
        }))
    }),
    ("broken directives", 100_000, |n| {
        one(lines(n, |_| "-- migcheck: nope\n".into()))
    }),
    ("unknown directives", 100_000, |n| {
        one(lines(n, |i| format!("-- migcheck: nope{i} = 1\n")))
    }),
    ("broken + allow list", 20_000, |n| {
        one(format!(
            "-- migcheck: allow = [{}]\n{}",
            list(n, |_| "\"missing-down\"".into()),
            lines(n, |_| "-- migcheck: nope\n".into())
        ))
    }),
    ("body directives", 100_000, |n| {
        one(format!(
            "SELECT 1;\n{}",
            lines(n, |_| "-- migcheck: revises = \"1\"\nSELECT 1;\n".into())
        ))
    }),
    ("labels list", 100_000, |n| {
        one(format!(
            "-- migcheck: labels = [{}]\n",
            list(n, |i| format!("\"l{i}\""))
        ))
    }),
    ("labels same", 20_000, |n| {
        one(format!(
            "-- migcheck: labels = [{}]\n",
            list(n, |_| "\"l\"".into())
        ))
    }),
    ("labels dialects", 20_000, |n| {
        let s = format!(
            "-- migcheck: revises = \"base\"\n-- migcheck: labels = [{}]\n",
            list(n, |i| format!("\"l{i}\""))
        );
        let mut f = one(String::new());
        f.insert("1_a.up.mysql.sql".into(), s.clone().into());
        f.insert("1_a.up.sqlite.sql".into(), s.into());
        f
    }),
    ("touches", 20_000, |n| {
        one(format!(
            "-- migcheck: touches = [{}]\n",
            list(n, |i| format!("\"l{i}\""))
        ))
    }),
    ("depends", 20_000, |n| {
        one(format!(
            "-- migcheck: depends-on = [{}]\n",
            list(n, |i| format!("\"l{i}\""))
        ))
    }),
    ("depends self", 20_000, |n| {
        one(format!(
            "-- migcheck: depends-on = [{}]\n",
            list(n, |_| "\"1\"".into())
        ))
    }),
    ("parents bases", 20_000, |n| {
        many(n + 1, |i| {
            if i < 20_000.min(i + 1) && i != 0 {
                rev(i, "\"base\"")
            } else {
                rev(i, "\"base\"")
            }
        })
        .into_iter()
        .chain(std::iter::once((
            "999999_m.up.sql".to_owned(),
            format!(
                "-- migcheck: revises = [{}]\n",
                list(n, |i| format!("\"{i}\""))
            )
            .into_bytes(),
        )))
        .collect()
    }),
    ("parents chain", 2_000, |n| {
        many(n, chain)
            .into_iter()
            .chain(std::iter::once((
                "999999_m.up.sql".to_owned(),
                format!(
                    "-- migcheck: revises = [{}]\n",
                    list(n, |i| format!("\"{i}\""))
                )
                .into_bytes(),
            )))
            .collect()
    }),
    ("parents same", 20_000, |n| {
        one(format!(
            "-- migcheck: depends-on = [{}]\n",
            list(n, |_| "\"1\"".into())
        ))
    }),
    ("unknown parents", 20_000, |n| {
        let mut f = one(String::new());
        f.insert(
            "2_a.up.sql".into(),
            format!(
                "-- migcheck: revises = [{}]\n",
                list(n, |i| format!("\"u{i}\""))
            )
            .into(),
        );
        f
    }),
    ("nested arrays", 100_000, |n| {
        one(format!("-- migcheck: labels = {}\n", "[".repeat(n)))
    }),
    ("nested tables", 100_000, |n| {
        one(format!("-- migcheck: labels = {}\n", "{a=".repeat(n)))
    }),
    ("dotted", 100_000, |n| {
        one(format!("-- migcheck: {}a = 1\n", "a.".repeat(n)))
    }),
    ("conf arrays", 100_000, |n| {
        conf(format!("heads = {}\n", "[".repeat(n)))
    }),
    ("conf dotted", 100_000, |n| {
        conf(format!("{}a = 1\n", "a.".repeat(n)))
    }),
    ("conf header dotted", 100_000, |n| {
        conf(format!("[{}a]\n", "a.".repeat(n)))
    }),
    ("conf tables", 100_000, |n| {
        conf(lines(n, |i| format!("[t{i}]\n")))
    }),
    ("conf deep headers", 1_000, |n| {
        conf(lines(n, |i| format!("[{}b{i}]\n", "a.".repeat(70))))
    }),
    ("conf categories", 100_000, |n| {
        conf(format!(
            "[categories]\n{}",
            lines(n, |i| format!("\"{i}-{i}\" = \"x\"\n"))
        ))
    }),
    ("conf heads", 2_000, |n| {
        conf(format!(
            "{NATIVE}heads = [{}]\n",
            list(n, |i| format!("\"l{i}\""))
        ))
    }),
    ("conf heads labels", 20_000, |n| {
        let mut f = one(format!(
            "-- migcheck: labels = [{}]\n",
            list(n, |i| format!("\"l{i}\""))
        ));
        f.insert(
            "migcheck.toml".into(),
            format!("{NATIVE}heads = [{}]\n", list(n, |i| format!("\"l{i}\""))).into(),
        );
        f
    }),
    ("conf rules", 20_000, |n| {
        conf(format!(
            "[rules]\n{}",
            lines(n, |i| format!("r{i} = \"deny\"\n"))
        ))
    }),
    ("conf databases", 100_000, |n| {
        conf(format!(
            "databases = [{}]\n",
            list(n, |_| "\"mysql\"".into())
        ))
    }),
    ("one id native", 20_000, |n| {
        many(n, |i| {
            (
                format!("1_x{i}.up.sql"),
                "-- migcheck: revises = \"base\"\n".into(),
            )
        })
    }),
    ("one id directive", 20_000, |n| {
        many(n, |i| {
            (
                format!("{i}_x.up.sql"),
                "-- migcheck: revision = \"q\"\n-- migcheck: revises = \"base\"\n".into(),
            )
        })
    }),
    ("one id same slug", 20_000, |n| {
        let mut f: Files = many(0, chain);
        f.clear();
        for i in 0..n {
            f.insert(
                format!("{i:07}1_x.sql").replacen('0', "0", 1),
                b"SELECT 1;".to_vec(),
            );
        }
        f
    }),
    ("one id sqlx", 250, |n| {
        (0..n)
            .map(|i| (format!("{}1_x.sql", "0".repeat(i)), b"SELECT 1;".to_vec()))
            .collect()
    }),
    ("case", 5_000, |n| {
        many(n, |i| (format!("{i}_x.up.sql"), String::new()))
            .into_iter()
            .chain((0..n).map(|i| (format!("{i}_X.up.sql"), Vec::new())))
            .collect()
    }),
    ("case readme", 20_000, |n| {
        many(0, chain)
            .into_iter()
            .chain((0..n).flat_map(|i| {
                [
                    (format!("readme.{i}x"), Vec::new()),
                    (format!("README.{i}x"), Vec::new()),
                ]
            }))
            .collect()
    }),
    ("stray + case", 20_000, |n| {
        many(0, chain)
            .into_iter()
            .chain((0..n).flat_map(|i| {
                [
                    (format!("x{i}x"), Vec::new()),
                    (format!("X{i}x"), Vec::new()),
                ]
            }))
            .collect()
    }),
    ("bases", 20_000, |n| many(n, |i| rev(i, "\"base\""))),
    ("heads", 20_000, |n| {
        many(n, |i| if i == 0 { chain(0) } else { rev(i, "\"0\"") })
    }),
    ("cycle", 20_000, |n| {
        many(n, |i| rev(i, &format!("\"{}\"", (i + 1) % n)))
    }),
    ("two-cycles", 20_000, |n| {
        many(n, |i| rev(i, &format!("\"{}\"", i ^ 1)))
    }),
    ("complete knot", 300, |n| {
        many(n, |i| {
            rev(i, &format!("[{}]", list(n, |j| format!("\"{j}\""))))
        })
    }),
    ("ladder", 5_000, |n| {
        many(2 * n, |i| {
            if i < 2 {
                rev(i, "\"base\"")
            } else if i % 2 == 0 {
                rev(i, "\"base\"")
            } else if i == 3 {
                rev(3, "[\"1\", \"2\"]")
            } else {
                rev(i, &format!("[\"{}\", \"{}\"]", i - 2, i - 1))
            }
        })
    }),
    ("chain", 20_000, |n| many(n, chain)),
    ("long ids", 10_000, |n| {
        let mut f = one(format!("-- migcheck: revision = \"{}\"\n", "a".repeat(n)));
        f.insert(
            "2_b.up.sql".into(),
            format!("-- migcheck: revises = \"{}b\"\n", "a".repeat(n)).into(),
        );
        f
    }),
    ("goose", 100_000, |n| {
        BTreeMap::from([(
            "1_a.sql".to_owned(),
            lines(n, |_| "-- +goose Up\n-- +goose Down\n".into()).into_bytes(),
        )])
    }),
    ("description", 400_000, |n| one("-- abc\n".repeat(n))),
    ("16MiB dashes", 1 << 23, |n| one("--".repeat(n))),
    ("16MiB blank", 1 << 24, |n| one("\n".repeat(n - 100))),
    ("16MiB quote", 1 << 24, |n| {
        one(format!("'{}", "x".repeat(n - 100)))
    }),
    ("16MiB migcheck body", 1 << 19, |n| {
        one(format!("SELECT '\n{}'", "-- migcheck: \n".repeat(n)))
    }),
    ("lock revisions", 20_000, |n| {
        let mut f = one(String::new());
        f.insert("migcheck.lock".into(), lock(n, |i| i).into());
        f
    }),
    ("lock same", 20_000, |n| {
        let mut f = one(String::new());
        f.insert("migcheck.lock".into(), lock(n, |_| 5).into());
        f
    }),
    ("lock filled", 4_000, |n| {
        let mut f = one("-- a comment\n".repeat(n));
        f.insert(
            "migcheck.lock".into(),
            lock(2, |i| i).replace("@", "").into(),
        );
        f
    }),
    ("lock conflict", 20_000, |n| {
        let mut f = one(String::new());
        f.insert(
            "migcheck.lock".into(),
            format!("<<<<<<< a\n{}", lock(n, |i| i)).into(),
        );
        f
    }),
];
fn lock(n: usize, id: fn(usize) -> usize) -> String {
    let z = "0".repeat(64);
    format!(
        "version = 1\nheads = []\n{}",
        lines(n, |i| format!(
            "[[revision]]\nid = \"{}\"\nrevises = []\nup = \"{z}\"\nchain = \"{z}\"\n",
            id(i)
        ))
    )
}
#[test]
fn cost() {
    let only = std::env::var("CASE").unwrap_or_default();
    for (name, n, files) in CASES {
        if !name.contains(&*only) {
            continue;
        }
        let mut out = format!("{name:22} {n:9}");
        for n in [n / 4, *n] {
            let files = files(n);
            let at = Instant::now();
            let checked = check_files(files.clone(), "m");
            let check = at.elapsed().as_secs_f64();
            let at = Instant::now();
            let mut relocked = 0.0;
            if let (Some(g), Some(l)) = (&checked.graph, files.get("migcheck.lock")) {
                let _ = relock(g, Some(std::str::from_utf8(l).unwrap()), &[]);
                relocked = at.elapsed().as_secs_f64();
            }
            let at = Instant::now();
            let drawn = render_all(
                &checked.findings[..checked.findings.len().min(1000)],
                RenderStyle {
                    color: false,
                    width: 80,
                },
            )
            .len();
            let render = at.elapsed().as_secs_f64();
            out += &format!(
                " | check {check:7.3} render {render:7.3} lock {relocked:7.3} ({} findings, {} kB)",
                checked.findings.len(),
                drawn / 1024
            );
        }
        println!("{out}");
    }
    for unit in [
        "\rDELIMITER a b",
        "\rDELIMITER a",
        "$a",
        "$a$ ",
        "DELIMITER",
        "/*!1",
        "/*",
        "CASE WHEN ",
        "BEGIN\n",
        "(",
        "E'a'\n",
        "\\'",
        "é",
        "\n.\u{feff}",
        "a:",
        "BEGIN; END;",
        "x$$ ",
    ] {
        if !"split".contains(&*only) {
            continue;
        }
        for head in [
            "",
            "x ",
            "CREATE PROCEDURE p() BEGIN ",
            "CREATE TRIGGER t BEGIN ",
            "x DELIMITER a ",
        ] {
            for dialect in Dialect::ALL {
                let mut t = [0.0; 2];
                for (k, size) in [1 << 18, 1 << 20].into_iter().enumerate() {
                    let sql = format!("{head}{}", unit.repeat(size / unit.len()));
                    let at = Instant::now();
                    let _ = split(&sql, dialect);
                    t[k] = at.elapsed().as_secs_f64();
                }
                if t[1] > 0.05 && t[1] > t[0] * 6.0 || t[1] > 0.3 {
                    println!("split {dialect} {head:?} {unit:?} {t:?}");
                }
            }
        }
    }
}
