//! Ready is a server that answers a query. Ports open and log lines appear earlier than that.

use std::time::{Duration, Instant};

use migcheck_db::{ConnectOptions, DatabaseUrl, connect_with};

/// Between two attempts: far below what any server takes to start, and no load.
const PAUSE: Duration = Duration::from_millis(25);

/// One attempt may not eat up the whole time: a proxy in front of a port that nobody listens on yet
/// can accept a connection and stay silent.
const ATTEMPT: Duration = Duration::from_secs(3);

/// How often it is asked whether the server still lives, in attempts.
const PULSE: u32 = 10;

/// Why a server is not ready.
pub(super) struct NotReady {
    /// Whether it ended by itself.
    pub(super) exited: bool,
    /// How long it was waited for.
    pub(super) waited: Duration,
    /// What the last attempt answered.
    pub(super) cause: String,
}

/// Waits until the server answers, ends, or the time is up.
pub(super) async fn wait(
    admin: &DatabaseUrl,
    timeout: Duration,
    mut lives: impl AsyncFnMut() -> bool,
) -> Result<(), NotReady> {
    let begin = Instant::now();
    let mut attempts = 0_u32;
    loop {
        let cause = match answer(admin).await {
            Ok(()) => return Ok(()),
            Err(cause) => cause,
        };
        attempts += 1;
        let waited = begin.elapsed();
        let exited = attempts.is_multiple_of(PULSE) && !lives().await;
        if exited || waited >= timeout {
            return Err(NotReady {
                exited,
                waited,
                cause,
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn answer(admin: &DatabaseUrl) -> Result<(), String> {
    let options = ConnectOptions::default().timeout(ATTEMPT);
    let mut session = connect_with(admin, &options)
        .await
        .map_err(|error| error.cause().to_owned())?;
    let rows = session.rows("SELECT 1", &[]).await;
    rows.map(drop).map_err(|error| error.to_string())
}
