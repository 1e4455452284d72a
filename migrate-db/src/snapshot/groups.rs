//! The objects of a snapshot in their canonical order, in groups that snapshots share.
//!
//! A group is a table with everything that is told with it, or one object by itself. The next
//! snapshot of the same database shares the groups that did not change, so that making and comparing
//! it costs no more than a walk over pointers.

use std::sync::Arc;

use super::object::{Object, ObjectKind};

/// Objects that are told together, sorted by [`Object::listing_key`].
pub(super) type Group = Arc<Vec<Arc<Object>>>;

/// All groups, sorted as their objects are; none of them empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Groups(Vec<Group>);

impl Groups {
    /// Puts objects into their canonical order; columns get their place among their siblings.
    pub(super) fn new(mut objects: Vec<Object>) -> Self {
        objects.sort_by(|a, b| a.listing_key().cmp(&b.listing_key()));
        number_columns(&mut objects);
        number_twins(&mut objects);
        Self::of_sorted(objects.into_iter().map(Arc::new).collect())
    }

    #[cfg(any(feature = "mysql", feature = "sqlite"))]
    pub(super) fn iter(&self) -> impl Iterator<Item = &Group> {
        self.0.iter()
    }

    /// What is left of each between the groups at both ends that they share.
    pub(super) fn between_shared<'a>(&'a self, other: &'a Self) -> (&'a [Group], &'a [Group]) {
        let (mut these, mut others) = (&*self.0, &*other.0);
        while let ([this, rest @ ..], [that, others_rest @ ..]) = (these, others)
            && Arc::ptr_eq(this, that)
        {
            (these, others) = (rest, others_rest);
        }
        while let ([rest @ .., this], [others_rest @ .., that]) = (these, others)
            && Arc::ptr_eq(this, that)
        {
            (these, others) = (rest, others_rest);
        }
        (these, others)
    }

    pub(super) fn objects(&self) -> impl Iterator<Item = &Object> {
        self.0
            .iter()
            .flat_map(|group| group.iter())
            .map(AsRef::as_ref)
    }

    /// Keeps the objects of which `keep` is true.
    pub(super) fn retain(&mut self, keep: impl Fn(&Object) -> bool) {
        for group in &mut self.0 {
            if !group.iter().all(|object| keep(object)) {
                Arc::make_mut(group).retain(|object| keep(object));
            }
        }
        self.0.retain(|group| !group.is_empty());
    }

    /// The groups of objects that have their places already.
    #[cfg(feature = "postgres")]
    pub(super) fn of_shared(mut objects: Vec<Arc<Object>>) -> Self {
        objects.sort_by(|a, b| a.listing_key().cmp(&b.listing_key()));
        Self::of_sorted(objects)
    }

    fn of_sorted(objects: Vec<Arc<Object>>) -> Self {
        let mut groups: Vec<Vec<Arc<Object>>> = Vec::new();
        for object in objects {
            match groups.last_mut() {
                Some(last) if last[0].group_key() == object.group_key() => last.push(object),
                _ => groups.push(vec![object]),
            }
        }
        Self(groups.into_iter().map(Arc::new).collect())
    }

    /// Takes out the very objects of `old`, and puts in those of `new`, which have their places.
    #[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
    pub(super) fn replace(&mut self, old: &[Arc<Object>], new: &[Arc<Object>]) {
        for object in old {
            if let Ok(at) = self.find(object) {
                let group = Arc::make_mut(&mut self.0[at]);
                group.retain(|known| !Arc::ptr_eq(known, object));
                if group.is_empty() {
                    self.0.remove(at);
                }
            }
        }
        for object in new {
            match self.find(object) {
                Ok(at) => {
                    let group = Arc::make_mut(&mut self.0[at]);
                    let place =
                        group.partition_point(|known| known.listing_key() <= object.listing_key());
                    group.insert(place, Arc::clone(object));
                }
                Err(at) => self.0.insert(at, Arc::new(vec![Arc::clone(object)])),
            }
        }
    }

    /// The group that the object is in, or would be.
    #[cfg(any(feature = "mysql", feature = "sqlite"))]
    pub(super) fn with(&self, object: &Object) -> Option<&Group> {
        let at = self.find(object).ok()?;
        self.0.get(at)
    }

    /// Puts objects as they are now in the place of `old` groups; what did not change stays shared.
    #[cfg(any(feature = "mysql", feature = "sqlite"))]
    pub(super) fn update(&mut self, old: &[Group], now: Vec<Object>) {
        let now = Self::new(now);
        let same = |a: &Group, b: &Group| a[0].group_key() == b[0].group_key() && a == b;
        let gone = old
            .iter()
            .filter(|old| !now.iter().any(|now| same(now, old)));
        let come = now
            .iter()
            .filter(|now| !old.iter().any(|old| same(old, now)));
        let flat = |groups: Vec<&Group>| -> Vec<Arc<Object>> {
            let groups = groups.into_iter();
            groups.flat_map(|group| group.iter().cloned()).collect()
        };
        self.replace(&flat(gone.collect()), &flat(come.collect()));
    }

    #[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
    fn find(&self, object: &Object) -> Result<usize, usize> {
        self.0
            .binary_search_by(|group| group[0].group_key().cmp(&object.group_key()))
    }
}

/// Gives the columns of a table, which follow one another, their places among themselves.
pub(super) fn number_columns(objects: &mut [Object]) {
    let mut place = 0;
    for at in 0..objects.len() {
        let first = at == 0 || {
            let (before, here) = (&objects[at - 1].name, &objects[at].name);
            before.kind != here.kind || before.table != here.table || before.schema != here.schema
        };
        place = if first { 0 } else { place + 1 };
        if objects[at].name.kind == ObjectKind::Column {
            objects[at].position = place;
        }
    }
}

/// Equal constraints without a name of their own are told apart by a number.
fn number_twins(objects: &mut [Object]) {
    let mut twins = 1;
    for at in 1..objects.len() {
        let (before, rest) = objects.split_at_mut(at);
        let (first, here) = (&before[at - twins].name, &mut rest[0].name);
        if here.unnamed && here == first {
            twins += 1;
            here.name = format!("{} #{twins}", here.name);
        } else {
            twins = 1;
        }
    }
}
