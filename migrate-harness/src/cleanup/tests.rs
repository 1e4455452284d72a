#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// Counts how often it was undone, slowly enough to be interrupted.
struct Counted(Arc<AtomicU32>, Result<(), String>);

impl Undo for Counted {
    fn undo(self: Box<Self>) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.0.fetch_add(1, Ordering::SeqCst);
            self.1
        })
    }
}

fn counter() -> (Arc<AtomicU32>, Counted) {
    let count = Arc::new(AtomicU32::new(0));
    (Arc::clone(&count), Counted(count, Ok(())))
}

fn is(count: &AtomicU32) -> u32 {
    count.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_thing_is_undone_once_by_call_or_by_destructor() {
    let (by_call, thing) = counter();
    register(thing, None).await.undo().await.unwrap();
    assert_eq!(is(&by_call), 1);

    let (by_destructor, thing) = counter();
    drop(register(thing, None).await);
    assert_eq!(is(&by_destructor), 1);
}

#[tokio::test]
async fn what_ends_with_something_else_is_not_undone_after_it() {
    let ((outer_count, outer), (inner_count, inner)) = (counter(), counter());
    let outer = register(outer, None).await;
    let inner = register(inner, Some(&outer)).await;
    outer.undo().await.unwrap();
    inner.undo().await.unwrap();
    assert_eq!((is(&outer_count), is(&inner_count)), (1, 0));
}

#[tokio::test]
async fn undoing_goes_on_when_nobody_waits_for_it_any_more() {
    let (count, thing) = counter();
    let registered = register(thing, None).await;
    let given_up = tokio::time::timeout(Duration::from_millis(1), registered.undo()).await;
    assert!(given_up.is_err());
    for _ in 0..200 {
        if is(&count) == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(is(&count), 1);
}

#[tokio::test]
async fn what_is_left_behind_is_told() {
    let (_, Counted(count, _)) = counter();
    let stuck = Counted(count, Err("the container x".to_owned()));
    let left = register(stuck, None).await.undo().await;
    assert_eq!(left, Err("the container x".to_owned()));
}
