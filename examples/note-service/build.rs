//! Makes cargo watch the migrations, so that a new one is compiled in.

fn main() {
    migcheck::build::watch("migrations");
}
