//! Who runs the installation: few people, so all of them are remembered here. A change counts at once in this process, and
//! in others when they look, which is as soon as they hear of ended sessions.

use crate::Service;
use kernel::{InstanceRole, Result, UserId};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

#[derive(Debug)]
pub(crate) struct Staff(RwLock<HashMap<UserId, InstanceRole>>);

impl Staff {
    pub(crate) fn new(staff: Vec<(UserId, InstanceRole)>) -> Self {
        Self(RwLock::new(staff.into_iter().collect()))
    }

    pub(crate) fn role(&self, user: UserId) -> InstanceRole {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&user).copied().unwrap_or_default()
    }
}

/// Looks who it is now.
pub(crate) async fn look(s: &Service) -> Result<()> {
    let staff = s.operating.staff().await?.into_iter().collect();
    *s.staff.0.write().unwrap_or_else(PoisonError::into_inner) = staff;
    Ok(())
}
