//! New keys in the place of the old ones: one signs, one seals. What the old ones signed is good until it ends by itself,
//! what they sealed is sealed anew.

use crate::{
    Service, keys,
    operating::{Act, Needs},
    store,
    vault::Vault,
};
use accounts_contract::{ActDetail, ActKind, Hand, KeysRotated};
use kernel::{Result, UserId};
use ports::Random;
use std::{sync::Weak, time::Duration};

const PAGE: i64 = 500;
/// How often it is looked whether another process rotated them.
const LOOK: Duration = Duration::from_secs(10);

/// What became of secrets that were sealed with older keys.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Resealed {
    pub(crate) anew: u32,
    /// Their key is gone.
    pub(crate) unreadable: u32,
}

pub(crate) async fn rotate_keys(s: &Service, by: &Hand) -> Result<KeysRotated> {
    by.needs_operator(s).await?;
    let act = Act { kind: ActKind::KeysRotated, user: None, reason: None, detail: ActDetail::default() };
    let act = act.by(s, by).await?;
    let encryption_renewed = s.vault.renew(&*s.kept_keys, &*s.ground.random).await?;
    let resealed = reseal(&*s.kept_keys, &s.vault, &*s.ground.random).await?;
    if resealed.unreadable == 0 {
        s.vault.forget_old(&*s.kept_keys).await?;
    }
    let new = keys::fresh(&*s.ground.random, s.ground.now());
    s.kept_keys.replace(&new, &act).await?;
    s.keys.look(&*s.kept_keys).await?;
    let Resealed { anew, unreadable } = resealed;
    Ok(KeysRotated { kid: new.kid, encryption_renewed, sealed_anew: anew, unreadable })
}

/// Seals with the newest key what is plain, or was sealed with an older one.
pub(crate) async fn reseal(store: &dyn store::keys::Store, vault: &Vault, random: &dyn Random) -> Result<Resealed> {
    let (mut resealed, mut after) = (Resealed::default(), UserId(0));
    loop {
        let page = store.sealed(after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (account, old) in &page {
            match vault.anew(random, *account, old) {
                Ok(None) => {}
                // One that was changed meanwhile is sealed with the newest key already.
                Ok(Some(new)) => resealed.anew += u32::from(store.reseal(*account, old, &new).await?),
                Err(_) => resealed.unreadable += 1,
            }
        }
    }
    if resealed.unreadable > 0 {
        let apps = resealed.unreadable;
        tracing::error!(
            apps,
            "secrets of authenticator apps can't be read: their encryption key is missing. Bring it back from a backup; until \
             then recovery codes let people in"
        );
    }
    Ok(resealed)
}

/// Takes what another process rotated, for as long as the service lives.
pub(crate) fn follow(service: Weak<Service>) {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(LOOK).await;
            let Some(s) = service.upgrade() else { return };
            let looked = async {
                s.keys.look(&*s.kept_keys).await?;
                s.vault.look(&*s.kept_keys).await
            };
            if let Err(problem) = looked.await {
                tracing::debug!(?problem, "keys that were rotated elsewhere are learned of later");
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, KeyPlace};
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use engine_sql::testing;
    use std::sync::Arc;

    const ADA: UserId = UserId(1);

    async fn service(ours: &testing::Scratch, theirs: &testing::Scratch, key_place: KeyPlace) -> Arc<Service> {
        let outside = testing::outside();
        let people =
            people::build(theirs.database.clone(), &outside, people::Deps::new(Arc::new(files_contract::Nowhere)))
                .await
                .expect("people");
        let deps = crate::Deps { key_place, ..crate::testing::deps(people).await };
        let config = Config { argon2_memory_kib: 8, argon2_passes: 1, ..Config::default() };
        crate::open(ours.database.clone(), &outside, deps, config).await.expect("accounts")
    }

    #[tokio::test]
    async fn plain_secrets_of_before_are_sealed_at_the_next_start() {
        let (ours, theirs) = (testing::sqlite().await, testing::sqlite().await);
        let folder = std::env::temp_dir().join(format!("guildhall-test-key-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let place = || KeyPlace::File(folder.join("accounts.key"));
        let first = service(&ours, &theirs, place()).await;
        let plain = URL_SAFE_NO_PAD.encode(b"a secret of twenty b");
        first.factors.begin_totp(ADA, &plain).await.expect("kept");
        drop(first);
        let second = service(&ours, &theirs, place()).await;
        let kept = second.factors.totp(ADA).await.expect("asked").expect("there").secret;
        assert!(!kept.contains(&plain));
        assert_eq!(second.vault.unseal(ADA, &kept).expect("opened"), b"a secret of twenty b");
        assert_eq!(
            reseal(&*second.kept_keys, &second.vault, &*second.ground.random).await.expect("looked"),
            Resealed::default()
        );
        // Without the key nothing is lost, nothing is opened, and it is said.
        let file = folder.join("accounts.key");
        let key = std::fs::read(&file).expect("a key");
        std::fs::remove_file(&file).expect("gone");
        let third = service(&ours, &theirs, place()).await;
        assert_eq!(third.vault.unseal(ADA, &kept).expect_err("refused").code, "second_factor_unreadable");
        let looked = reseal(&*third.kept_keys, &third.vault, &*third.ground.random).await.expect("looked");
        assert_eq!(looked, Resealed { anew: 0, unreadable: 1 });
        std::fs::write(&file, key).expect("brought back");
        third.vault.look(&*third.kept_keys).await.expect("looked");
        assert!(third.vault.unseal(ADA, &kept).is_ok());
        std::fs::remove_dir_all(&folder).expect("gone");
    }
}
