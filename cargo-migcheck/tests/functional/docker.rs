//! Engines that are elsewhere or nowhere, and images other than the official ones.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use crate::project::{Project, screen};
use crate::{regex_of, screens};

/// The engine's own socket.
const SOCKET: &str = "/var/run/docker.sock";

fn roundtrip(project: &Project, arguments: &str) -> Command {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut command = project.command(&[&["roundtrip"], arguments.as_slice()].concat());
    for product in ["POSTGRES", "MYSQL", "MARIADB"] {
        command.env_remove(format!("MIGCHECK_IMAGE_{product}"));
    }
    command
}

/// Passes bytes between the two until one has no more.
fn join(client: TcpStream, engine: UnixStream) -> io::Result<()> {
    let (mut from_client, mut to_engine) = (client.try_clone()?, engine.try_clone()?);
    let (mut from_engine, mut to_client) = (engine, client);
    std::thread::spawn(move || {
        let _over = io::copy(&mut from_client, &mut to_engine);
        let _closed = to_engine.shutdown(std::net::Shutdown::Write);
    });
    std::thread::spawn(move || {
        let _over = io::copy(&mut from_engine, &mut to_client);
        let _closed = to_client.shutdown(std::net::Shutdown::Both);
    });
    Ok(())
}

/// An address over which the engine is reached as if it were another machine's.
fn engine_over_tcp() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let joined = UnixStream::connect(SOCKET).and_then(|engine| join(client, engine));
            joined.expect("these tests need a Docker engine at its usual socket");
        }
    });
    address
}

#[test]
fn an_engine_elsewhere_is_taken_from_the_environment() {
    let project = Project::chain();
    let link = project.path().join("engine.sock");
    std::os::unix::fs::symlink(Path::new(SOCKET), &link).unwrap();
    for host in [format!("unix://{}", link.display()), engine_over_tcp()] {
        let mut command = roundtrip(&project, "--on postgres:17");
        let screen = screen(command.env("DOCKER_HOST", &host));
        assert!(screen.ends_with("exit code 0\n"), "{host}: {screen}");
    }
}

#[test]
fn without_an_engine_it_is_said_what_was_tried() {
    let project = Project::chain();
    let mut nowhere = roundtrip(&project, "--on postgres:17");
    nowhere.env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    let mut silent = roundtrip(&project, "--on mysql:9.7");
    silent.env("DOCKER_HOST", "tcp://127.0.0.1:1");
    screens!(
        "docker-absent",
        project,
        screen(&mut nowhere),
        screen(&mut silent),
    );
}

#[test]
fn an_image_can_be_another_one() {
    let project = Project::chain();
    let mut by_variable = roundtrip(&project, "--on postgres:17 --verbose");
    by_variable.env("MIGCHECK_IMAGE_POSTGRES", "postgres:15");
    let config = crate::project::CONFIG;
    let images = format!("{config}\n[roundtrip.images]\npostgres = \"postgres:15\"\n");
    let project_with_images = Project::chain().file("migrations/migcheck.toml", &images);
    let mut by_file = roundtrip(&project_with_images, "--on postgres:17 --verbose");
    screens!(
        "docker-images",
        project,
        screen(&mut by_variable),
        screen(&mut by_file),
    );

    // What a resolver answers differs from one network to the next.
    let mut none = roundtrip(&project, "--on postgres:17");
    let image = "registry.invalid:5000/db/postgres";
    let none = screen(none.env("MIGCHECK_IMAGE_POSTGRES", image));
    let words: Vec<&str> = none.split_whitespace().collect();
    let said = words.join(" ");
    let what = "the image registry.invalid:5000/db/postgres:17 is not here and could not be pulled";
    let help = "or name an image that is here in MIGCHECK_IMAGE_POSTGRES (or `[roundtrip.images]`)";
    assert!(said.contains(what) && said.contains(help), "{none}");
    assert!(none.ends_with("exit code 3\n"), "{none}");
}
