//! A way to a server that can be cut, and that counts round trips.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Forwards connections to a server.
///
/// A round trip is whatever a client sends until the server answers: one packet or many. So a query
/// that waits for its answer is one, and so are ten queries that are sent before anything comes
/// back. The greetings at the begin of a connection count too: count on one that is open.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    round_trips: AtomicU64,
    /// Both ends of every connection; those that have ended are shut a second time, to no effect.
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// One that leads to this port of this machine.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let accepting = Arc::clone(&shared);
        // It ends with the process: a test has few of them, and nobody else finds its port.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A server that is down is a connection that ends at once, as without the proxy.
                if let Ok(server) = TcpStream::connect(("127.0.0.1", port)) {
                    let _refused = accepting.join(client, server);
                }
            }
        });
        Self { address, shared }
    }

    /// Where clients connect.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Ends every connection at once. New ones are let through.
    pub fn cut(&self) {
        for end in self.shared.open.lock().unwrap().drain(..) {
            let _gone = end.shutdown(Shutdown::Both);
        }
    }

    /// How many round trips there were on all connections.
    pub fn round_trips(&self) -> u64 {
        self.shared.round_trips.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn join(self: &Arc<Self>, client: TcpStream, server: TcpStream) -> io::Result<()> {
        // A delay that is nobody's would be measured.
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let ends = [client.try_clone()?, server.try_clone()?];
        self.open.lock().unwrap().extend(ends);
        let asking = Arc::new(Mutex::new(false));
        let back = (
            server.try_clone()?,
            client.try_clone()?,
            Arc::clone(&asking),
        );
        let shared = Arc::clone(self);
        thread::spawn(move || {
            forward(client, server, || {
                let mut asking = asking.lock().unwrap();
                if !std::mem::replace(&mut *asking, true) {
                    shared.round_trips.fetch_add(1, Ordering::SeqCst);
                }
            });
        });
        thread::spawn(move || {
            let (server, client, asking) = back;
            forward(server, client, || *asking.lock().unwrap() = false);
        });
        Ok(())
    }
}

/// Copies until one side ends; then ends the other.
fn forward(mut from: TcpStream, mut to: TcpStream, mut seen: impl FnMut()) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 {
            break;
        }
        seen();
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _gone = to.shutdown(Shutdown::Both);
    let _gone = from.shutdown(Shutdown::Both);
}
