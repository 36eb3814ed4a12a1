//! What counts once, counted by a real database under many hands.

use chrono::{DateTime, Utc};
use clinic_cms::accounts::queries;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::harness::Api;

const ADA: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002);
const HANDS: usize = 10;
const TRIES: usize = 5;

fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// How many of fifty tries succeed, ten at a time.
fn successes(api: &Api, attempt: impl AsyncFn(&mut PgConnection) -> bool + Sync) -> usize {
    std::thread::scope(|scope| {
        let hand = || {
            api.as_role("staff", async |connection| {
                let mut won = 0;
                for _ in 0..TRIES {
                    won += usize::from(attempt(connection).await);
                }
                won
            })
        };
        let hands: Vec<_> = (0..HANDS).map(|_| scope.spawn(hand)).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).sum()
    })
}

#[test]
fn a_code_of_an_app_counts_once() {
    let api = Api::start();
    let sealed = b"sealed".to_vec();
    api.as_role("staff", async |connection| {
        assert!(queries::replace_totp(connection, ADA, &sealed, now()).await.unwrap());
        assert!(!queries::spend_totp_step(connection, ADA, &sealed, 10).await.unwrap(), "not confirmed yet");
        assert!(!queries::confirm_totp(connection, ADA, b"replaced", 10, now()).await.unwrap());
        assert!(queries::confirm_totp(connection, ADA, &sealed, 10, now()).await.unwrap());
        assert!(!queries::replace_totp(connection, ADA, b"other", now()).await.unwrap(), "not in silence");
    });
    let won = successes(&api, async |connection| queries::spend_totp_step(connection, ADA, &sealed, 11).await.unwrap());
    assert_eq!(won, 1);
    api.as_role("staff", async |connection| {
        for step in [9, 10, 11] {
            assert!(!queries::spend_totp_step(connection, ADA, &sealed, step).await.unwrap(), "{step}");
        }
        assert!(queries::spend_totp_step(connection, ADA, &sealed, 12).await.unwrap());
        assert!(queries::delete_totp(connection, ADA).await.unwrap());
        assert!(!queries::delete_totp(connection, ADA).await.unwrap());
    });
}

#[test]
fn a_recovery_code_counts_once_and_new_ones_void_the_old() {
    let api = Api::start();
    let (old, new): (Vec<_>, Vec<_>) = ((0..10).map(|code| vec![code; 32]).collect(), vec![vec![99; 32]; 1]);
    api.as_role("staff", async |connection| {
        queries::replace_recovery_codes(connection, ADA, &old, now()).await.unwrap();
    });
    let won = successes(&api, async |connection| {
        queries::spend_recovery_code(connection, ADA, &[3; 32], now()).await.unwrap()
    });
    assert_eq!(won, 1);
    api.as_role("staff", async |connection| {
        let another = Uuid::from_u128(ADA.as_u128() - 1);
        assert!(!queries::spend_recovery_code(connection, another, &[4; 32], now()).await.unwrap());
        assert_eq!(queries::find_methods(connection, ADA).await.unwrap().recovery_codes, 9);
        assert_eq!(queries::find_methods(connection, ADA).await.unwrap().names(), [""; 0], "codes alone are no factor");
        queries::replace_recovery_codes(connection, ADA, &new, now()).await.unwrap();
        assert!(!queries::spend_recovery_code(connection, ADA, &[4; 32], now()).await.unwrap(), "voided");
        assert!(queries::spend_recovery_code(connection, ADA, &[99; 32], now()).await.unwrap());
    });
}

#[test]
fn the_public_door_sees_no_factor() {
    let api = Api::start();
    for table in ["totp", "recovery_code", "passkey", "passkey_ceremony"] {
        let refused = api.as_role("public", async |connection| {
            let select = sqlx::AssertSqlSafe(format!("select 1 from cms.{table}"));
            sqlx::query(select).execute(connection).await.unwrap_err().to_string()
        });
        assert!(refused.contains("permission denied"), "{table}: {refused}");
    }
}
